import { Shapes } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import { kindHref } from '#features/address/kind-href.ts';
import { type ApiResource, can, pluralOf, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';

export interface KindContext {
  ref: ClusterRef;
  /** The most recently chosen namespaces, in the format of URLs. */
  namespaces: string;
  go: (path: string) => void;
}

const keys: Readonly<Record<string, string>> = {
  pods: 'g p',
  'deployments.apps': 'g d',
  'statefulsets.apps': 'g f',
  'jobs.batch': 'g j',
  services: 'g s',
  'ingresses.networking.k8s.io': 'g i',
  configmaps: 'g m',
  secrets: 'g x',
  persistentvolumeclaims: 'g v',
  nodes: 'g n',
  namespaces: 'g a',
  events: 'g e',
};

/** Goes to the table of a kind. */
function goToKind(kind: ApiResource): Action<KindContext> {
  const id = resourceId(kind);
  const chords = keys[id];
  return {
    id: `kind.${id}`,
    label: pluralOf(kind),
    group: 'cluster',
    icon: Shapes,
    ...(chords !== undefined && { keys: chords }),
    words: [...kind.shortNames, id],
    note: () => (kind.group === '' ? undefined : kind.group),
    run: ({ ref, namespaces, go }) => go(kindHref(ref, kind, namespaces)),
  };
}

/** One action for the preferred version of each kind that can be listed, sorted by name. */
export function kindActions(resources: readonly ApiResource[]): Action<KindContext>[] {
  return resources
    .filter((resource) => resource.preferred && can(resource, 'list'))
    .toSorted((a, b) => pluralOf(a).localeCompare(pluralOf(b)))
    .map(goToKind);
}
