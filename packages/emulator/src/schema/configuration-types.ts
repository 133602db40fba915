/** Types of network, configuration, storage and the cluster itself, in the format of types.ts. */
export const configurationTypes = `
Service = A named set of pods and how to reach them.
  spec ServiceSpec The behaviour of the service.
  status any The last observed state.
ServiceSpec = What a service offers.
  type string ExternalName, ClusterIP, NodePort or LoadBalancer.
  selector map:string Labels of the pods behind the service.
  ports [port]ServicePort The ports of the service.
  clusterIP string The address of the service; None for a headless one.
  clusterIPs []string
  externalIPs []string
  externalName string
  sessionAffinity string
  sessionAffinityConfig any
  loadBalancerIP string
  loadBalancerClass string
  loadBalancerSourceRanges []string
  externalTrafficPolicy string
  internalTrafficPolicy string
  ipFamilies []string
  ipFamilyPolicy string
  publishNotReadyAddresses boolean
ServicePort = A port of a service.
  name string
  protocol string
  appProtocol string
  port! integer The port of the service.
  targetPort intOrString The port of the pods, by number or name.
  nodePort integer The port on each node.
Endpoints = The addresses behind a service (deprecated, see EndpointSlice).
  subsets []any
EndpointSlice = A part of the addresses behind a service.
  addressType! string IPv4, IPv6 or FQDN.
  endpoints! []any
  ports []any
Ingress = Rules by which requests from outside reach services.
  spec IngressSpec
  status any
IngressSpec = The rules of an ingress.
  ingressClassName string Which controller serves it.
  defaultBackend any
  rules []any Hosts and paths.
  tls []any
NetworkPolicy = What traffic is allowed for a set of pods.
  spec NetworkPolicySpec
NetworkPolicySpec = The rules of a network policy.
  podSelector LabelSelector The pods it holds for.
  policyTypes []string Ingress, Egress or both.
  ingress []any
  egress []any
ConfigMap = Configuration data for pods to consume.
  data map:string Text by key.
  binaryData map:string Base64 by key.
  immutable boolean Whether the data can no longer be changed.
Secret = Secret data, at most 1 MiB.
  type string Says to programs what kind of secret it is.
  data map:string Base64 by key.
  stringData map:string Text by key; written into data.
  immutable boolean Whether the data can no longer be changed.
Event = A report of something that happened in the cluster.
  involvedObject! any The object that this event is about.
  reason string One word for the cause.
  message string What happened, for people.
  source any The component that reports it.
  firstTimestamp time
  lastTimestamp time
  eventTime time
  count integer
  type string Normal or Warning.
  action string
  related any
  series any
  reportingComponent string
  reportingInstance string
ServiceAccount = An identity for the processes in pods.
  secrets [name]any
  imagePullSecrets []any
  automountServiceAccountToken boolean
Namespace = A scope for names.
  spec any
  status any
Node = A machine that runs pods.
  spec NodeSpec
  status any
NodeSpec = What is wanted of a node.
  unschedulable boolean Whether new pods stay away.
  taints []any
  podCIDR string
  podCIDRs [=]string
  providerID string
PersistentVolume = A piece of storage of the cluster.
  spec any
  status any
PersistentVolumeClaim = A request for storage.
  spec PersistentVolumeClaimSpec
  status any
PersistentVolumeClaimSpec = The storage that is wanted.
  accessModes []string
  resources ResourceRequirements
  storageClassName string
  volumeMode string
  volumeName string
  selector LabelSelector
  dataSource any
  dataSourceRef any
StorageClass = A class of storage.
  provisioner! string
  parameters map:string
  reclaimPolicy string
  volumeBindingMode string
  allowVolumeExpansion boolean
  mountOptions []string
  allowedTopologies []any
Lease = Who holds something, and since when.
  spec any
CustomResourceDefinition = A kind that someone adds to the API.
  spec! any
  status any
`;
