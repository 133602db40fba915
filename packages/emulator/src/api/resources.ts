import type { CustomResourceDefinition } from '../model/kinds.ts';
import type { ResourceKey, Store } from '../store/store.ts';

/** A resource that the API serves. */
export interface Resource {
  key: ResourceKey;
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  verbs: readonly string[];
  subresources: readonly Subresource[];
  /** The definition of a custom resource. */
  definition?: CustomResourceDefinition;
}

interface Subresource {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  verbs: readonly string[];
}

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;
const READ_ONLY = ['get', 'list'] as const;
const scale: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};
const podSubresources: Subresource[] = [
  { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
];

type Extra = Partial<Pick<Resource, 'shortNames' | 'categories' | 'verbs' | 'subresources'>> & {
  cluster?: boolean;
  status?: boolean;
};

/** @param groupVersion `v1` or `apps/v1`. */
function define(groupVersion: string, kind: string, plural: string, extra: Extra = {}): Resource {
  const slash = groupVersion.indexOf('/');
  const group = slash === -1 ? '' : groupVersion.slice(0, slash);
  const status: Subresource[] = extra.status ? [{ name: 'status', kind, verbs: ['get', 'patch', 'update'] }] : [];
  return {
    key: group === '' ? plural : `${plural}.${group}`,
    group,
    version: groupVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: extra.shortNames ?? [],
    categories: extra.categories ?? [],
    namespaced: extra.cluster !== true,
    verbs: extra.verbs ?? ALL_VERBS,
    subresources: [...(extra.subresources ?? []), ...status],
  };
}

const all = { categories: ['all'] };
const cluster = { cluster: true };
const status = { status: true };
const RBAC = 'rbac.authorization.k8s.io/v1';

/** In the order of a real cluster's discovery. Metrics are computed, not stored. */
const builtIn: readonly Resource[] = [
  define('v1', 'ConfigMap', 'configmaps', { shortNames: ['cm'] }),
  define('v1', 'Endpoints', 'endpoints', { shortNames: ['ep'] }),
  define('v1', 'Event', 'events', { shortNames: ['ev'] }),
  define('v1', 'Namespace', 'namespaces', {
    ...cluster,
    ...status,
    shortNames: ['ns'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  }),
  define('v1', 'Node', 'nodes', { ...cluster, ...status, shortNames: ['no'] }),
  define('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', { ...status, shortNames: ['pvc'] }),
  define('v1', 'PersistentVolume', 'persistentvolumes', { ...cluster, ...status, shortNames: ['pv'] }),
  define('v1', 'Pod', 'pods', { ...all, ...status, shortNames: ['po'], subresources: podSubresources }),
  define('v1', 'Secret', 'secrets'),
  define('v1', 'ServiceAccount', 'serviceaccounts', { shortNames: ['sa'] }),
  define('v1', 'Service', 'services', { ...all, ...status, shortNames: ['svc'] }),
  define('apps/v1', 'ControllerRevision', 'controllerrevisions'),
  define('apps/v1', 'DaemonSet', 'daemonsets', { ...all, ...status, shortNames: ['ds'] }),
  define('apps/v1', 'Deployment', 'deployments', { ...all, ...status, shortNames: ['deploy'], subresources: [scale] }),
  define('apps/v1', 'ReplicaSet', 'replicasets', { ...all, ...status, shortNames: ['rs'], subresources: [scale] }),
  define('apps/v1', 'StatefulSet', 'statefulsets', { ...all, ...status, shortNames: ['sts'], subresources: [scale] }),
  define('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    ...all,
    ...status,
    shortNames: ['hpa'],
  }),
  define('batch/v1', 'CronJob', 'cronjobs', { ...all, ...status, shortNames: ['cj'] }),
  define('batch/v1', 'Job', 'jobs', { ...all, ...status }),
  define('networking.k8s.io/v1', 'Ingress', 'ingresses', { ...status, shortNames: ['ing'] }),
  define('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', { shortNames: ['netpol'] }),
  define('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', { ...status, shortNames: ['pdb'] }),
  define(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', cluster),
  define(RBAC, 'ClusterRole', 'clusterroles', cluster),
  define(RBAC, 'RoleBinding', 'rolebindings'),
  define(RBAC, 'Role', 'roles'),
  define('storage.k8s.io/v1', 'StorageClass', 'storageclasses', { ...cluster, shortNames: ['sc'] }),
  define('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    ...cluster,
    ...status,
    categories: ['api-extensions'],
    shortNames: ['crd', 'crds'],
  }),
  define('coordination.k8s.io/v1', 'Lease', 'leases'),
  define('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  define('metrics.k8s.io/v1beta1', 'NodeMetrics', 'nodes', { ...cluster, verbs: READ_ONLY }),
  define('metrics.k8s.io/v1beta1', 'PodMetrics', 'pods', { verbs: READ_ONLY }),
  define('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews', { ...cluster, verbs: ['create'] }),
  define('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', {
    ...cluster,
    verbs: ['create'],
  }),
  define('authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', {
    ...cluster,
    verbs: ['create'],
  }),
];

/** The resources served now: the built-in kinds, and one for each custom resource definition. */
export class Resources {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  all(): Resource[] {
    const definitions = this.#store.list(
      'customresourcedefinitions.apiextensions.k8s.io',
    ) as CustomResourceDefinition[];
    return [...builtIn, ...definitions.flatMap(customResource)];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.all().find((one) => one.plural === plural && one.group === group && one.version === version);
  }

  /** The stored resource of a kind, of any version. */
  ofKind(group: string, kind: string): Resource | undefined {
    return this.all().find((one) => one.kind === kind && one.group === group);
  }
}

/** Only the stored version of a custom resource is served, because conversion is not supported. */
function customResource(definition: CustomResourceDefinition): Resource[] {
  const { group, names, versions, scope } = definition.spec;
  const version = versions.find((one) => one.storage && one.served);
  if (version === undefined) return [];
  const resource = define(`${group}/${version.name}`, names.kind, names.plural, {
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    cluster: scope === 'Cluster',
    status: version.subresources?.status !== undefined,
  });
  return [{ ...resource, singular: names.singular ?? resource.singular, definition }];
}
