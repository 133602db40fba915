import { isDeepStrictEqual } from 'node:util';
import type { ControllerRevision, Workload } from '../../model/kinds.ts';
import { isControlledBy, ownerReference } from '../../model/object.ts';
import { hashSuffix } from '../../model/random-suffix.ts';
import type { Simulation } from '../simulation.ts';

const REVISIONS = 'controllerrevisions.apps';

/**
 * Keeps a revision of the owner's current template, numbered above all others, and forgets the oldest ones beyond the limit.
 * Returning to an earlier template gives its revision a new number, as in a real cluster (k8s.io/kubernetes, controller/history).
 * @returns the hash of the template.
 */
export function recordRevision(simulation: Simulation, owner: Workload): string {
  const { store } = simulation;
  const { name, namespace = '', annotations } = owner.metadata;
  const hash = hashSuffix(owner.spec.template, 10);
  const known = (store.list(REVISIONS, namespace) as ControllerRevision[])
    .filter((one) => isControlledBy(one, owner))
    .toSorted((a, b) => a.revision - b.revision);
  const highest = known.at(-1)?.revision ?? 0;
  const current = known.find(({ metadata }) => metadata.name === `${name}-${hash}`);
  if (current === undefined) {
    store.create(REVISIONS, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...owner.spec.template.metadata?.labels, 'controller.kubernetes.io/hash': hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [ownerReference(owner)],
      },
      data: { spec: { template: { $patch: 'replace', ...owner.spec.template } } },
      revision: highest + 1,
    });
  } else if (current.revision < highest || !isDeepStrictEqual(current.metadata.annotations, annotations)) {
    store.modify(REVISIONS, current, (draft) => {
      draft['revision'] = current.revision < highest ? highest + 1 : current.revision;
      if (annotations !== undefined) draft.metadata.annotations = annotations;
    });
  }
  const old = known.filter((one) => one !== current);
  for (const one of old.slice(0, Math.max(0, old.length - (owner.spec.revisionHistoryLimit ?? 10)))) {
    store.remove(REVISIONS, one);
  }
  return hash;
}
