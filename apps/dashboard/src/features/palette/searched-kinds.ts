import { type ApiResource, can, findResource, resourceId } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';

/** The kinds whose objects are found by name alone, most useful first. */
const EVERYDAY = [
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'pods',
  'services',
  'configmaps',
  'nodes',
  'namespaces',
];
/** The kinds that are searched only for an action that needs them. */
const FOR_ACTIONS = [...EVERYDAY, 'replicasets.apps', 'jobs.batch', 'cronjobs.batch'];

export interface SearchedKinds {
  /** For a name alone. */
  everyday: readonly ApiResource[];
  /** For a name after a verb. */
  forActions: readonly ApiResource[];
}

/** Picks the searched kinds from what the cluster serves, or, before that is known, from what every cluster serves. */
export function searchedKinds(served: readonly ApiResource[] | undefined): SearchedKinds {
  const known: readonly ApiResource[] = served ?? Object.values(knownKinds);
  const pick = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const found = findResource(known, id);
      return found !== undefined && resourceId(found) === id && can(found, 'list') ? [found] : [];
    });
  return { everyday: pick(EVERYDAY), forActions: pick(FOR_ACTIONS) };
}
