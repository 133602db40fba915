import type { Patch } from '#features/kube/kube-actions.ts';
import { get, strings } from '#features/kube/read.ts';
import { REVISION, type Revision } from './revision-list.ts';

/** Annotations of a deployment that a rollback leaves as they are; all others come from the revision. */
const KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/**
 * The patch that `kubectl rollout undo --to-revision` sends (k8s.io/kubectl, pkg/polymorphichelpers/rollback.go): for a deployment the
 * template and the annotations of the revision's ReplicaSet; otherwise the ControllerRevision's data, which is a patch itself.
 */
export function rollbackPatch(workload: unknown, revision: Revision): Patch {
  const data = get(revision.source, 'data');
  if (data !== undefined) return { contentType: 'application/strategic-merge-patch+json', body: data };
  const now = strings(workload, 'metadata', 'annotations');
  const then = strings(revision.source, 'metadata', 'annotations');
  const annotations = Object.fromEntries([
    ...Object.entries(now).filter(([key]) => KEPT.includes(key)),
    ...Object.entries(then).filter(([key]) => !KEPT.includes(key)),
  ]);
  return {
    contentType: 'application/json-patch+json',
    body: [
      { op: 'replace', path: '/spec/template', value: revision.template },
      { op: 'replace', path: '/metadata/annotations', value: annotations },
    ],
  };
}

/** Why a workload cannot be rolled back to a revision now, in kubectl's terms; undefined if it can. */
export function whyNoRollback(workload: unknown, revision: Revision): string | undefined {
  if (revision.current) return 'It has this template already.';
  if (get(workload, 'spec', 'paused') === true)
    return 'The rollout is paused. Resume it first; a paused deployment cannot be rolled back.';
  return undefined;
}
