import { type ApiResource, can, pluralOf, resourceId } from '#features/kube/api-resource.ts';

export interface KindGroup {
  id: string;
  title: string;
  kinds: readonly ApiResource[];
}

/** Groups and kinds, most used first. */
const known: readonly [id: string, title: string, kinds: string][] = [
  [
    'workloads',
    'Workloads',
    'pods deployments.apps statefulsets.apps daemonsets.apps jobs.batch cronjobs.batch replicasets.apps replicationcontrollers',
  ],
  [
    'network',
    'Network',
    'services ingresses.networking.k8s.io gateways.gateway.networking.k8s.io httproutes.gateway.networking.k8s.io networkpolicies.networking.k8s.io endpointslices.discovery.k8s.io endpoints ingressclasses.networking.k8s.io gatewayclasses.gateway.networking.k8s.io ipaddresses.networking.k8s.io servicecidrs.networking.k8s.io',
  ],
  [
    'configuration',
    'Configuration',
    'configmaps secrets horizontalpodautoscalers.autoscaling poddisruptionbudgets.policy resourcequotas limitranges priorityclasses.scheduling.k8s.io runtimeclasses.node.k8s.io podtemplates',
  ],
  [
    'storage',
    'Storage',
    'persistentvolumeclaims persistentvolumes storageclasses.storage.k8s.io volumeattachments.storage.k8s.io csidrivers.storage.k8s.io csinodes.storage.k8s.io csistoragecapacities.storage.k8s.io volumeattributesclasses.storage.k8s.io',
  ],
  [
    'access',
    'Access',
    'serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io clusterroles.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io certificatesigningrequests.certificates.k8s.io',
  ],
  [
    'cluster',
    'Cluster',
    'nodes namespaces events leases.coordination.k8s.io customresourcedefinitions.apiextensions.k8s.io apiservices.apiregistration.k8s.io componentstatuses',
  ],
];

/** API groups of Kubernetes itself; all others are custom resources. */
const own = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'extensions']);
const isOwn = (group: string): boolean =>
  own.has(group) || (group.endsWith('.k8s.io') && !group.startsWith('gateway.'));

/** Hidden because these are the same objects as the core group's events. */
const hidden = new Set(['events.events.k8s.io']);

/** All kinds that can be listed, in groups: common ones, the rest of Kubernetes under "Cluster", then each custom group. */
export function groupKinds(resources: readonly ApiResource[]): KindGroup[] {
  const listable = resources.filter(
    (resource) => resource.preferred && can(resource, 'list') && !hidden.has(resourceId(resource)),
  );
  const byId = new Map(listable.map((resource) => [resourceId(resource), resource]));
  const groups = known.map(([id, title, kinds]) => ({
    id,
    title,
    kinds: kinds.split(' ').flatMap((kind) => {
      const found = byId.get(kind);
      byId.delete(kind);
      return found ?? [];
    }),
  }));
  const rest = [...byId.values()].sort((a, b) => pluralOf(a).localeCompare(pluralOf(b)));
  groups.at(-1)?.kinds.push(...rest.filter(({ group }) => isOwn(group)));
  const custom = Map.groupBy(
    rest.filter(({ group }) => !isOwn(group)),
    ({ group }) => group,
  );
  const customGroups = [...custom]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([group, kinds]) => ({ id: group, title: group, kinds }));
  return [...groups, ...customGroups].filter(({ kinds }) => kinds.length > 0);
}
