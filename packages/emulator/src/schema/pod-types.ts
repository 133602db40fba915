/** Types of pods and their parts, in the format of types.ts. */
export const podTypes = `
ObjectMeta = Metadata that all persisted resources have.
  name string Unique within a namespace. Cannot be updated.
  generateName string Prefix from which the server makes a unique name when none is given.
  namespace string The space within which the name must be unique. Cannot be updated.
  uid string Unique in time and space; set by the server.
  resourceVersion string The version of this object, for optimistic concurrency and for watches.
  generation integer Counts the changes of the desired state.
  creationTimestamp time When the object was created.
  deletionTimestamp time When the object will be gone.
  deletionGracePeriodSeconds integer Seconds for a graceful end.
  labels map:string Keys and values to organize and select objects by.
  annotations map:string Keys and values that tools keep with the object.
  finalizers [=]string Must be empty before the object is removed.
  ownerReferences [uid]OwnerReference Objects this one depends on; without any of them it is removed.
  managedFields []any Who manages which fields.
OwnerReference = Identifies an owning object.
  apiVersion! string
  kind! string
  name! string
  uid! string
  controller boolean Whether this owner is the managing controller.
  blockOwnerDeletion boolean Whether the owner waits for this object when it is deleted in the foreground.
LabelSelector = A label query; all of its requirements must hold.
  matchLabels map:string Labels and the values they must have.
  matchExpressions []LabelSelectorRequirement Requirements on labels.
LabelSelectorRequirement = A key, a set of values, and how they relate.
  key! string The label.
  operator! string In, NotIn, Exists or DoesNotExist.
  values []string
Condition = An observation of the state of an object.
  type! string
  status! string True, False or Unknown.
  reason string One word for the last transition.
  message string What happened, for people.
  lastTransitionTime time
Pod = A collection of containers that run together on a host.
  spec PodSpec The desired behaviour of the pod.
  status PodStatus The last observed state of the pod.
PodTemplateSpec = The data a pod should have when created from a template.
  metadata ObjectMeta
  spec PodSpec The desired behaviour of the pod.
PodSpec = The description of a pod.
  containers! [name]Container Containers of the pod; at least one.
  initContainers [name]Container Containers that run, one after the other, before the others start.
  ephemeralContainers [name]Container Containers added to a running pod to look into it.
  volumes [name]Volume Volumes that containers may mount.
  nodeName string The node the pod runs on; set by the scheduler.
  nodeSelector map:string Labels that the node must have.
  restartPolicy string Always, OnFailure or Never.
  terminationGracePeriodSeconds integer Seconds the pod has to end by itself.
  activeDeadlineSeconds integer Seconds the pod may be active before it is failed.
  dnsPolicy string ClusterFirst, ClusterFirstWithHostNet, Default or None.
  serviceAccountName string The service account the pod runs as.
  serviceAccount string The old name of serviceAccountName.
  automountServiceAccountToken boolean Whether the token of the service account is mounted.
  hostNetwork boolean Whether the pod uses the network of the node.
  hostPID boolean Whether the pod sees the processes of the node.
  hostIPC boolean Whether the pod shares the IPC namespace of the node.
  hostname string The host name within the pod.
  subdomain string With a headless service of this name, the pod has a DNS name of its own.
  schedulerName string Which scheduler places the pod.
  priority integer The priority of the pod.
  priorityClassName string Names the priority of the pod.
  securityContext any Security attributes of the whole pod.
  affinity any Rules about nodes and other pods.
  tolerations []Toleration Taints that do not keep the pod away.
  topologySpreadConstraints []any How pods spread over the topology.
  imagePullSecrets [name]LocalObjectReference Secrets to pull images with.
  enableServiceLinks boolean Whether services show as environment variables.
LocalObjectReference = Names an object in the same namespace.
  name string
Toleration = Allows the pod on nodes with a matching taint.
  key string
  operator string Exists or Equal.
  value string
  effect string NoSchedule, PreferNoSchedule or NoExecute.
  tolerationSeconds integer
Container = One application container of a pod.
  name! string The name of the container, unique in the pod.
  image string The image of the container.
  command []string The program, in place of the image's entry point.
  args []string Arguments of the program.
  workingDir string The directory the program starts in.
  ports [containerPort]ContainerPort Ports the container opens; for information.
  env [name]EnvVar Environment variables.
  envFrom []any Sources of many environment variables.
  resources ResourceRequirements What the container needs and may use.
  volumeMounts [mountPath]VolumeMount Where volumes appear in the container.
  livenessProbe any Restarts the container when it fails.
  readinessProbe any Takes the pod out of services while it fails.
  startupProbe any Holds the other probes back until it succeeds.
  lifecycle any What runs after the start and before the end.
  imagePullPolicy string Always, Never or IfNotPresent.
  terminationMessagePath string The file with the container's last words.
  terminationMessagePolicy string File or FallbackToLogsOnError.
  securityContext any Security attributes of the container.
  stdin boolean Whether standard input is open.
  stdinOnce boolean Whether standard input closes after the first client.
  tty boolean Whether the container has a terminal.
  restartPolicy string For an init container: Always makes it a sidecar.
ContainerPort = A network port of a container.
  containerPort! integer The port, 1 to 65535.
  name string A name that services may refer to.
  protocol string TCP, UDP or SCTP.
  hostPort integer
  hostIP string
EnvVar = An environment variable.
  name! string
  value string
  valueFrom any Where the value comes from.
ResourceRequirements = Compute resources.
  requests map:quantity What is reserved for the container.
  limits map:quantity What it may use at most.
  claims []any
VolumeMount = A volume within a container.
  name! string The name of a volume of the pod.
  mountPath! string The path in the container.
  subPath string The path in the volume.
  readOnly boolean
Volume = A named directory that containers may mount.
  name! string
  configMap any A config map.
  secret any A secret.
  emptyDir any An empty directory that lives as long as the pod.
  hostPath any A directory of the node.
  persistentVolumeClaim any A claim for a persistent volume.
  projected any Several sources in one.
  downwardAPI any Fields of the pod.
  csi any A volume of a driver.
  nfs any A share of a server.
PodStatus = The last observed state of a pod.
  phase string Pending, Running, Succeeded, Failed or Unknown.
  conditions [type]Condition The current conditions of the pod.
  message string
  reason string
  hostIP string The address of the node.
  hostIPs []any
  podIP string The address of the pod.
  podIPs []any
  startTime time
  containerStatuses []ContainerStatus One for each container.
  initContainerStatuses []ContainerStatus
  qosClass string Guaranteed, Burstable or BestEffort.
ContainerStatus = The state of a container.
  name! string
  ready! boolean
  started boolean
  restartCount! integer How often it was restarted.
  image! string
  imageID! string
  containerID string
  state any Waiting, running or terminated.
  lastState any How it ended last time.
`;
