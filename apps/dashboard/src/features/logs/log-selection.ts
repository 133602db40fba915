import { type ApiResource, pluralOf, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';

/** Which pods' logs to show. Can be stored as JSON. */
export type LogSelection = {
  ref: ClusterRef;
  /** The chosen container; default: that of a single pod, all of several. */
  container?: string | undefined;
} & (
  | { of: 'pods'; pods: readonly { namespace: string; name: string }[] }
  /** The pods of a workload, now and later. */
  | { of: 'workload'; resource: ApiResource; namespace: string; name: string }
  /** The pods with some labels, or all, in some namespaces, or all; in each case empty for all. */
  | { of: 'labels'; namespaces: readonly string[]; labelSelector: string }
);

/** Kinds that have pods, besides pods themselves. */
const workloads = new Set([
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'replicationcontrollers',
  'services',
]);

/** Whether objects of a kind have logs: pods, what has pods, and namespaces. */
export function hasLogs(resource: ApiResource): boolean {
  const id = resourceId(resource);
  return id === 'pods' || id === 'namespaces' || workloads.has(id);
}

/** The logs of an object of any kind; undefined if the kind has none. */
export function logsOf(target: {
  ref: ClusterRef;
  resource: ApiResource;
  namespace: string;
  name: string;
}): LogSelection | undefined {
  const { ref, resource, namespace, name } = target;
  const id = resourceId(resource);
  if (id === 'pods') return { ref, of: 'pods', pods: [{ namespace, name }] };
  if (id === 'namespaces') return { ref, of: 'labels', namespaces: [name], labelSelector: '' };
  return workloads.has(id) ? { ref, of: 'workload', resource, namespace, name } : undefined;
}

/** What identifies a selection, apart from the chosen container. */
export function selectionKey({ container: _, ...selection }: LogSelection): string {
  return JSON.stringify(selection);
}

/** A short name, as for a tab. */
export function titleOf(selection: LogSelection): string {
  switch (selection.of) {
    case 'pods': {
      const [only, another] = selection.pods;
      return another === undefined ? (only?.name ?? 'No pods') : `${selection.pods.length} pods`;
    }
    case 'workload':
      return selection.name;
    case 'labels':
      return selection.labelSelector || selection.namespaces.join(', ') || 'All pods';
  }
}

/** The same in more words: `Deployment checkout in shop`. */
export function describeSelection(selection: LogSelection): string {
  switch (selection.of) {
    case 'pods': {
      const [only, another] = selection.pods;
      if (only !== undefined && another === undefined) return `Pod ${only.name} in ${only.namespace}`;
      return selection.pods.map(({ name }) => name).join(', ');
    }
    case 'workload':
      return `${selection.resource.kind} ${selection.name} in ${selection.namespace}`;
    case 'labels': {
      const where = selection.namespaces.length === 0 ? 'all namespaces' : selection.namespaces.join(', ');
      return selection.labelSelector === ''
        ? `All pods in ${where}`
        : `Pods with ${selection.labelSelector} in ${where}`;
    }
  }
}

/** Whether it is always of one pod at most. */
export function isOnePod(selection: LogSelection): boolean {
  return selection.of === 'pods' && selection.pods.length < 2;
}

/** Whether all pods have one owner, so that only the ends of their names differ. */
export function isOneWorkload({ of }: LogSelection): boolean {
  return of === 'workload';
}

/** Why a workload has no logs to show. */
export function nothingSelected(resource: ApiResource, name: string): string {
  return `${resource.kind} ${name} selects no pods. ${pluralOf(resource)} without a selector have none of their own.`;
}
