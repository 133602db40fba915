import { levelGroups } from './groups.ts';

/** Any Kubernetes object, as it goes into a manifest or a request body. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** Where an agent runs, and for which cluster of Postern. */
export interface Installation {
  clusterId: string;
  location: 'in-cluster' | 'outside';
}

const instanceLabel = 'app.kubernetes.io/instance';

/** Labels that are on every object of an installation, and on no other. */
export function installationLabels({ clusterId }: Pick<Installation, 'clusterId'>): Record<string, string> {
  return { 'app.kubernetes.io/part-of': 'postern', [instanceLabel]: clusterId };
}

/** The command that removes all objects of one installation from its cluster, and none of another in the same cluster. */
export function uninstallCommand(clusterId: string): string {
  return `kubectl delete namespace,clusterrole,clusterrolebinding -l ${instanceLabel}=${clusterId}`;
}

const rbac = 'rbac.authorization.k8s.io';
const read = ['get', 'list', 'watch'];

/**
 * The rights of the groups `postern:viewer`, `postern:editor` and `postern:admin` in a cluster. They are bound to Kubernetes'
 * own roles (`view`, `edit`, `cluster-admin`), so that anything operators aggregate into those applies here too; the role
 * `postern:viewer` adds read access to the cluster-scoped kinds that the dashboard shows. Secrets are not among them.
 *
 * Each installation has its own objects, so that it keeps its rights when another is uninstalled. In the cluster there is one
 * agent, with fixed names that the next install takes over; outside there may be many, so their names end in the cluster's id.
 */
export function accessObjects(installation: Installation): KubeObject[] {
  const named = (name: string): KubeObject['metadata'] => ({
    name: installation.location === 'in-cluster' ? name : `${name}:${installation.clusterId}`,
    labels: installationLabels(installation),
  });
  const viewer = named('postern:viewer');
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: viewer,
      rules: [
        { apiGroups: [''], resources: ['namespaces', 'nodes', 'persistentvolumes'], verbs: read },
        {
          apiGroups: ['storage.k8s.io'],
          resources: ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments'],
          verbs: read,
        },
        { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: read },
        { apiGroups: ['apiregistration.k8s.io'], resources: ['apiservices'], verbs: read },
        { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: read },
        { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: read },
        { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: read },
        { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: read },
        { apiGroups: ['metrics.k8s.io'], resources: ['nodes', 'pods'], verbs: read },
      ],
    },
    bind(named('postern:viewer'), 'view', ['postern:viewer']),
    bind(named('postern:viewer-cluster'), viewer.name, ['postern:viewer', 'postern:editor']),
    bind(named('postern:editor'), 'edit', ['postern:editor']),
    bind(named('postern:admin'), 'cluster-admin', ['postern:admin']),
  ];
}

/**
 * The only right of an agent: to impersonate users (any, because RBAC cannot match their names by prefix; the agent itself
 * refuses all but Postern's), the groups of the three levels, and the groups that its operator allows, each by its name.
 */
export function impersonationRules(groups: readonly string[]): object[] {
  return [
    { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
    { apiGroups: [''], resources: ['groups'], resourceNames: [...levelGroups, ...groups], verbs: ['impersonate'] },
  ];
}

/** That right as a ClusterRole, for an operator to bind to the user of an agent outside the cluster. */
export function impersonatorRole(clusterId: string, groups: readonly string[]): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: `postern:agent:${clusterId}`, labels: installationLabels({ clusterId }) },
    rules: impersonationRules(groups),
  };
}

function bind(metadata: KubeObject['metadata'], role: string, groups: string[]): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: groups.map((group) => ({ apiGroup: rbac, kind: 'Group', name: group })),
  };
}
