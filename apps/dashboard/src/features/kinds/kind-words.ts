import { plainTitle, resourceOf } from './plain-title.ts';

/** Kubernetes' own kinds whose plural has more than one capital letter. */
const KINDS =
  'APIServices CertificateSigningRequests ClusterRoleBindings ClusterRoles ComponentStatuses ConfigMaps ControllerRevisions ' +
  'CronJobs CSIDrivers CSINodes CSIStorageCapacities CustomResourceDefinitions DaemonSets DeviceClasses EndpointSlices ' +
  'FlowSchemas GatewayClasses GRPCRoutes HorizontalPodAutoscalers HTTPRoutes IngressClasses IPAddresses LimitRanges ' +
  'MutatingWebhookConfigurations NetworkPolicies PersistentVolumeClaims PersistentVolumes PodDisruptionBudgets PodTemplates ' +
  'PriorityClasses PriorityLevelConfigurations ReferenceGrants ReplicaSets ReplicationControllers ResourceClaims ' +
  'ResourceClaimTemplates ResourceQuotas ResourceSlices RoleBindings RuntimeClasses ServiceAccounts ServiceCIDRs StatefulSets ' +
  'StorageClasses ValidatingAdmissionPolicies ValidatingAdmissionPolicyBindings ValidatingWebhookConfigurations ' +
  'VolumeAttachments VolumeAttributesClasses';
/** kubectl's short names, which addresses may use too. */
const SHORT =
  'cj:CronJobs cm:ConfigMaps crd:CustomResourceDefinitions crds:CustomResourceDefinitions deploy:Deployments ds:DaemonSets ep:Endpoints ev:Events ' +
  'hpa:HorizontalPodAutoscalers ing:Ingresses limits:LimitRanges netpol:NetworkPolicies no:Nodes ns:Namespaces ' +
  'pdb:PodDisruptionBudgets po:Pods pv:PersistentVolumes pvc:PersistentVolumeClaims quota:ResourceQuotas rs:ReplicaSets ' +
  'sa:ServiceAccounts sc:StorageClasses sts:StatefulSets svc:Services';
const titles = new Map([
  ...KINDS.split(' ').map((title) => [title.toLowerCase(), title] as const),
  ...SHORT.split(' ').map((pair) => pair.split(':') as [string, string]),
]);

/** The heading of a kind before the cluster's discovery is known, from its id in a URL: `cronjobs.batch` becomes "CronJobs". */
export function kindWord(id: string): string {
  return titles.get(resourceOf(id)) ?? plainTitle(id);
}
