/** Kinds that every cluster has, for finding objects by name. */
export const commonKinds = [
  { resource: 'pods', path: '/api/v1/pods', kind: 'Pod' },
  { resource: 'deployments.apps', path: '/apis/apps/v1/deployments', kind: 'Deployment' },
  { resource: 'statefulsets.apps', path: '/apis/apps/v1/statefulsets', kind: 'StatefulSet' },
  { resource: 'services', path: '/api/v1/services', kind: 'Service' },
  { resource: 'configmaps', path: '/api/v1/configmaps', kind: 'ConfigMap' },
  { resource: 'nodes', path: '/api/v1/nodes', kind: 'Node' },
  { resource: 'namespaces', path: '/api/v1/namespaces', kind: 'Namespace' },
] as const;
