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

/** On every object of ours; the uninstall command selects by it. */
export const partOfPostern: Readonly<Record<string, string>> = { 'app.kubernetes.io/part-of': 'postern' };

const rbac = 'rbac.authorization.k8s.io';
const read = ['get', 'list', 'watch'];

/**
 * What the groups `postern:viewer`, `postern:editor` and `postern:admin` may do in a cluster. Kubernetes' own roles carry
 * them (`view`, `edit`, `cluster-admin`), so that what operators aggregate into those counts here too; the role
 * `postern:viewer` adds the reads of cluster-wide kinds that a browser of clusters needs. Secrets are not among them.
 */
export function accessObjects(): KubeObject[] {
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'postern:viewer', labels: { ...partOfPostern } },
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
    bind('postern:viewer', 'view', ['postern:viewer']),
    bind('postern:viewer-cluster', 'postern:viewer', ['postern:viewer', 'postern:editor']),
    bind('postern:editor', 'edit', ['postern:editor']),
    bind('postern:admin', 'cluster-admin', ['postern:admin']),
  ];
}

function bind(name: string, role: string, groups: string[]): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: { ...partOfPostern } },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: groups.map((group) => ({ apiGroup: rbac, kind: 'Group', name: group })),
  };
}
