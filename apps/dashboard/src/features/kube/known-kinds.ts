import type { ApiResource } from './api-resource.ts';

const LIVE = ['get', 'list', 'watch'] as const;

function known(group: string, names: { resource: string; kind: string; namespaced: boolean }): ApiResource {
  return { group, version: 'v1', ...names, verbs: LIVE, shortNames: [], subresources: [], preferred: true };
}

/** Kinds that every cluster serves, for use before discovery has finished, and one that may not exist. */
export const knownKinds = {
  pods: known('', { resource: 'pods', kind: 'Pod', namespaced: true }),
  services: known('', { resource: 'services', kind: 'Service', namespaced: true }),
  configMaps: known('', { resource: 'configmaps', kind: 'ConfigMap', namespaced: true }),
  events: known('', { resource: 'events', kind: 'Event', namespaced: true }),
  nodes: known('', { resource: 'nodes', kind: 'Node', namespaced: false }),
  namespaces: known('', { resource: 'namespaces', kind: 'Namespace', namespaced: false }),
  deployments: known('apps', { resource: 'deployments', kind: 'Deployment', namespaced: true }),
  statefulSets: known('apps', { resource: 'statefulsets', kind: 'StatefulSet', namespaced: true }),
  daemonSets: known('apps', { resource: 'daemonsets', kind: 'DaemonSet', namespaced: true }),
  jobs: known('batch', { resource: 'jobs', kind: 'Job', namespaced: true }),
  claims: known('', { resource: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', namespaced: true }),
  endpointSlices: known('discovery.k8s.io', { resource: 'endpointslices', kind: 'EndpointSlice', namespaced: true }),
  secrets: known('', { resource: 'secrets', kind: 'Secret', namespaced: true }),
  controllerRevisions: known('apps', {
    resource: 'controllerrevisions',
    kind: 'ControllerRevision',
    namespaced: true,
  }),
  replicaSets: known('apps', { resource: 'replicasets', kind: 'ReplicaSet', namespaced: true }),
  /** Only if a metrics server is installed. */
  podMetrics: {
    ...known('metrics.k8s.io', { resource: 'pods', kind: 'PodMetrics', namespaced: true }),
    version: 'v1beta1',
    verbs: ['get', 'list'],
  },
  nodeMetrics: {
    ...known('metrics.k8s.io', { resource: 'nodes', kind: 'NodeMetrics', namespaced: false }),
    version: 'v1beta1',
    verbs: ['get', 'list'],
  },
} as const satisfies Record<string, ApiResource>;
