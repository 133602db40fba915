/**
 * The field numbers of the messages that kubectl (1.32 and newer) sends in protobuf, from the generated.proto files of
 * k8s.io/api and k8s.io/apimachinery v0.33: `Message: number name[?] [shape]type, …`. `?` marks a field that may be unset, so
 * that zero is a value; `[]` a list, `map:` a map of strings to that type, `inline:` a message whose fields belong to the outer
 * object in JSON, `skip` a field that servers ignore.
 */
export const protobufFields = `
ConfigMap: 1 metadata ObjectMeta, 4 immutable? bool, 2 data map:string, 3 binaryData map:bytes
Secret: 1 metadata ObjectMeta, 5 immutable? bool, 2 data map:bytes, 4 stringData map:string, 3 type string
Namespace: 1 metadata ObjectMeta, 2 spec NamespaceSpec, 3 status skip
ServiceAccount: 1 metadata ObjectMeta, 2 secrets []ObjectReference, 4 automountServiceAccountToken? bool
Service: 1 metadata ObjectMeta, 2 spec ServiceSpec, 3 status skip
Deployment: 1 metadata ObjectMeta, 2 spec DeploymentSpec, 3 status skip
Job: 1 metadata ObjectMeta, 2 spec JobSpec, 3 status skip
CronJob: 1 metadata ObjectMeta, 2 spec CronJobSpec, 3 status skip
Role: 1 metadata ObjectMeta, 2 rules []PolicyRule
RoleBinding: 1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef
ClusterRole: 1 metadata ObjectMeta, 2 rules []PolicyRule
ClusterRoleBinding: 1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef
Ingress: 1 metadata ObjectMeta, 2 spec IngressSpec, 3 status skip
SelfSubjectAccessReview: 1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec, 3 status skip
SelfSubjectRulesReview: 1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec, 3 status skip
SelfSubjectReview: 1 metadata ObjectMeta, 2 status skip
Eviction: 1 metadata ObjectMeta, 2 deleteOptions DeleteOptions
DeleteOptions: 1 gracePeriodSeconds? int64, 2 preconditions Preconditions, 3 orphanDependents? bool, 4 propagationPolicy string,
  5 dryRun []string, 6 ignoreStoreReadErrorWithClusterBreakingPotential? bool
ObjectMeta: 1 name string, 2 generateName string, 3 namespace string, 5 uid string, 6 resourceVersion string,
  7 generation int64, 8 creationTimestamp Time, 9 deletionTimestamp Time, 10 deletionGracePeriodSeconds? int64,
  11 labels map:string, 12 annotations map:string, 13 ownerReferences []OwnerReference, 14 finalizers []string, 4 selfLink skip,
  17 managedFields skip
NamespaceSpec: 1 finalizers []string
ObjectReference: 1 kind string, 2 namespace string, 3 name string, 4 uid string, 5 apiVersion string, 6 resourceVersion string,
  7 fieldPath string
ServiceSpec: 1 ports []ServicePort, 2 selector map:string, 3 clusterIP string, 18 clusterIPs []string, 4 type string,
  5 externalIPs []string, 7 sessionAffinity string, 8 loadBalancerIP string, 9 loadBalancerSourceRanges []string,
  10 externalName string, 11 externalTrafficPolicy string, 12 healthCheckNodePort int32, 13 publishNotReadyAddresses bool,
  19 ipFamilies []string, 17 ipFamilyPolicy string, 20 allocateLoadBalancerNodePorts? bool, 21 loadBalancerClass string,
  22 internalTrafficPolicy string, 23 trafficDistribution string
DeploymentSpec: 1 replicas? int32, 2 selector LabelSelector, 3 template PodTemplateSpec, 4 strategy DeploymentStrategy,
  5 minReadySeconds int32, 6 revisionHistoryLimit? int32, 7 paused bool, 9 progressDeadlineSeconds? int32
JobSpec: 1 parallelism? int32, 2 completions? int32, 3 activeDeadlineSeconds? int64, 7 backoffLimit? int32,
  12 backoffLimitPerIndex? int32, 13 maxFailedIndexes? int32, 4 selector LabelSelector, 5 manualSelector? bool,
  6 template PodTemplateSpec, 8 ttlSecondsAfterFinished? int32, 9 completionMode string, 10 suspend? bool,
  14 podReplacementPolicy string, 15 managedBy string
CronJobSpec: 1 schedule string, 8 timeZone string, 2 startingDeadlineSeconds? int64, 3 concurrencyPolicy string,
  4 suspend? bool, 5 jobTemplate JobTemplateSpec, 6 successfulJobsHistoryLimit? int32, 7 failedJobsHistoryLimit? int32
PolicyRule: 1 verbs []string, 2 apiGroups []string, 3 resources []string, 4 resourceNames []string, 5 nonResourceURLs []string
Subject: 1 kind string, 2 apiGroup string, 3 name string, 4 namespace string
RoleRef: 1 apiGroup string, 2 kind string, 3 name string
IngressSpec: 4 ingressClassName string, 1 defaultBackend IngressBackend, 2 tls []IngressTLS, 3 rules []IngressRule
SelfSubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes
SelfSubjectRulesReviewSpec: 1 namespace string
Preconditions: 1 uid string
PodSpec: 20 initContainers []Container, 2 containers []Container, 3 restartPolicy string,
  4 terminationGracePeriodSeconds? int64, 5 activeDeadlineSeconds? int64, 6 dnsPolicy string, 7 nodeSelector map:string,
  8 serviceAccountName string, 9 serviceAccount string, 21 automountServiceAccountToken? bool, 10 nodeName string,
  11 hostNetwork bool, 12 hostPID bool, 13 hostIPC bool, 27 shareProcessNamespace? bool, 16 hostname string,
  17 subdomain string, 19 schedulerName string, 24 priorityClassName string, 25 priority? int32, 29 runtimeClassName string,
  30 enableServiceLinks? bool, 31 preemptionPolicy string, 35 setHostnameAsFQDN? bool, 37 hostUsers? bool
OwnerReference: 5 apiVersion string, 1 kind string, 3 name string, 4 uid string, 6 controller? bool, 7 blockOwnerDeletion? bool
ServicePort: 1 name string, 2 protocol string, 6 appProtocol string, 3 port int32, 4 targetPort IntOrString, 5 nodePort int32
LabelSelector: 1 matchLabels map:string, 2 matchExpressions []LabelSelectorRequirement
PodTemplateSpec: 1 metadata ObjectMeta, 2 spec PodSpec
DeploymentStrategy: 1 type string, 2 rollingUpdate RollingUpdateDeployment
JobTemplateSpec: 1 metadata ObjectMeta, 2 spec JobSpec
IngressBackend: 4 service IngressServiceBackend
IngressTLS: 1 hosts []string, 2 secretName string
IngressRule: 1 host string, 2 http inline:IngressRuleValue
ResourceAttributes: 1 namespace string, 2 verb string, 3 group string, 4 version string, 5 resource string,
  6 subresource string, 7 name string
NonResourceAttributes: 1 path string, 2 verb string
Container: 1 name string, 2 image string, 3 command []string, 4 args []string, 5 workingDir string, 6 ports []ContainerPort,
  7 env []EnvVar, 8 resources ResourceRequirements, 24 restartPolicy string, 13 terminationMessagePath string,
  20 terminationMessagePolicy string, 14 imagePullPolicy string, 16 stdin bool, 17 stdinOnce bool, 18 tty bool
ResourceRequirements: 1 limits map:Quantity, 2 requests map:Quantity
LabelSelectorRequirement: 1 key string, 2 operator string, 3 values []string
RollingUpdateDeployment: 1 maxUnavailable IntOrString, 2 maxSurge IntOrString
IngressServiceBackend: 1 name string, 2 port ServiceBackendPort
IngressRuleValue: 1 http HTTPIngressRuleValue
ContainerPort: 1 name string, 2 hostPort int32, 3 containerPort int32, 4 protocol string, 5 hostIP string
EnvVar: 1 name string, 2 value string
ServiceBackendPort: 1 name string, 2 number int32
HTTPIngressRuleValue: 1 paths []HTTPIngressPath
HTTPIngressPath: 1 path string, 3 pathType string, 2 backend IngressBackend
`;
