/** Types of workloads, in the format of types.ts. */
export const workloadTypes = `
Deployment = Declarative updates for pods and replica sets.
  spec DeploymentSpec The desired behaviour of the deployment.
  status DeploymentStatus The last observed state.
DeploymentSpec = The desired behaviour of a deployment.
  replicas integer How many pods are wanted; 1 when not said.
  selector! LabelSelector Which pods belong to it. Cannot be updated.
  template! PodTemplateSpec The pods that are made.
  strategy any How old pods are replaced by new ones.
  minReadySeconds integer Seconds a new pod must be ready to count as available.
  revisionHistoryLimit integer How many old replica sets are kept.
  paused boolean Whether changes of the template wait.
  progressDeadlineSeconds integer Seconds until a deployment without progress counts as failed.
DeploymentStatus = The last observed state of a deployment.
  observedGeneration integer
  replicas integer
  updatedReplicas integer
  readyReplicas integer
  availableReplicas integer
  unavailableReplicas integer
  conditions [type]Condition
  collisionCount integer
ReplicaSet = Keeps a number of pods running.
  spec ReplicaSetSpec The desired behaviour.
  status any The last observed state.
ReplicaSetSpec = The desired behaviour of a replica set.
  replicas integer How many pods are wanted.
  minReadySeconds integer
  selector! LabelSelector Which pods belong to it.
  template PodTemplateSpec The pods that are made.
StatefulSet = Pods with a stable identity and storage.
  spec StatefulSetSpec The desired identities of the pods.
  status any The last observed state.
StatefulSetSpec = The desired behaviour of a stateful set.
  replicas integer How many pods are wanted.
  selector! LabelSelector Which pods belong to it.
  template! PodTemplateSpec The pods that are made.
  serviceName string The service that gives the pods their names in DNS.
  volumeClaimTemplates []any A claim for each pod.
  podManagementPolicy string OrderedReady or Parallel.
  updateStrategy any How pods are replaced.
  revisionHistoryLimit integer
  minReadySeconds integer
  persistentVolumeClaimRetentionPolicy any
  ordinals any
DaemonSet = One pod on every node.
  spec DaemonSetSpec The desired behaviour.
  status any The last observed state.
DaemonSetSpec = The desired behaviour of a daemon set.
  selector! LabelSelector Which pods belong to it.
  template! PodTemplateSpec The pods that are made.
  updateStrategy any How pods are replaced.
  minReadySeconds integer
  revisionHistoryLimit integer
Job = Runs pods until they have completed.
  spec JobSpec The desired behaviour.
  status any The last observed state.
JobSpec = How the execution of a job will look like.
  parallelism integer How many pods run at once at most.
  completions integer How many pods must succeed.
  backoffLimit integer How often it is tried again.
  activeDeadlineSeconds integer
  ttlSecondsAfterFinished integer When it is removed after its end.
  completionMode string NonIndexed or Indexed.
  suspend boolean Whether no pods are made.
  selector LabelSelector Which pods belong to it; made by the server.
  manualSelector boolean
  template! PodTemplateSpec The pods that are made.
  podFailurePolicy any
  podReplacementPolicy string
CronJob = Makes jobs at set times.
  spec CronJobSpec The desired behaviour.
  status any The last observed state.
CronJobSpec = When jobs are made and how.
  schedule! string The times, in the format of cron.
  timeZone string
  concurrencyPolicy string Allow, Forbid or Replace.
  suspend boolean Whether no more jobs are made.
  startingDeadlineSeconds integer
  successfulJobsHistoryLimit integer How many finished jobs are kept.
  failedJobsHistoryLimit integer How many failed jobs are kept.
  jobTemplate! JobTemplateSpec The jobs that are made.
JobTemplateSpec = The data a job should have when created from a template.
  metadata ObjectMeta
  spec JobSpec
ControllerRevision = A template of a stateful set or daemon set, as it was. Cannot be updated.
  data any The patch that brings it back.
  revision! integer Its number; the highest is the newest.
PodDisruptionBudget = How many pods of a set may be away because of an eviction.
  spec PodDisruptionBudgetSpec
  status any
PodDisruptionBudgetSpec = The limit of a disruption budget.
  selector LabelSelector The pods it holds for.
  minAvailable intOrString How many must stay available, as a number or a percentage.
  maxUnavailable intOrString How many may be unavailable, as a number or a percentage.
  unhealthyPodEvictionPolicy string IfHealthyBudget or AlwaysAllow.
HorizontalPodAutoscaler = Sets the number of replicas by metrics.
  spec HorizontalPodAutoscalerSpec
  status any
HorizontalPodAutoscalerSpec = What is scaled, between which limits, by what.
  scaleTargetRef! any The resource to scale.
  minReplicas integer
  maxReplicas! integer
  metrics []any
  behavior any
`;
