import type { Resource } from '../api/resources.ts';
import {
  bindingPrinter,
  createdAtPrinter,
  eventPrinter,
  leasePrinter,
  metricsPrinter,
  namespacePrinter,
  nodePrinter,
} from './cluster.ts';
import {
  configMapPrinter,
  secretPrinter,
  serviceAccountPrinter,
  storageClassPrinter,
  volumeClaimPrinter,
  volumePrinter,
} from './configuration.ts';
import { customPrinter, plainPrinter } from './custom.ts';
import {
  endpointSlicePrinter,
  endpointsPrinter,
  ingressPrinter,
  networkPolicyPrinter,
  servicePrinter,
} from './network.ts';
import { podPrinter } from './pods.ts';
import type { Printer } from './printer.ts';
import {
  autoscalerPrinter,
  controllerRevisionPrinter,
  cronJobPrinter,
  daemonSetPrinter,
  deploymentPrinter,
  disruptionBudgetPrinter,
  jobPrinter,
  replicaSetPrinter,
  statefulSetPrinter,
} from './workloads.ts';

const byKind = new Map<string, Printer>([
  ['ClusterRole', createdAtPrinter],
  ['ClusterRoleBinding', bindingPrinter],
  ['ConfigMap', configMapPrinter],
  ['ControllerRevision', controllerRevisionPrinter],
  ['CronJob', cronJobPrinter],
  ['CustomResourceDefinition', createdAtPrinter],
  ['DaemonSet', daemonSetPrinter],
  ['Deployment', deploymentPrinter],
  ['Endpoints', endpointsPrinter],
  ['EndpointSlice', endpointSlicePrinter],
  ['Event', eventPrinter],
  ['HorizontalPodAutoscaler', autoscalerPrinter],
  ['Ingress', ingressPrinter],
  ['Job', jobPrinter],
  ['Lease', leasePrinter],
  ['Namespace', namespacePrinter],
  ['NetworkPolicy', networkPolicyPrinter],
  ['Node', nodePrinter],
  ['NodeMetrics', metricsPrinter],
  ['PersistentVolume', volumePrinter],
  ['PersistentVolumeClaim', volumeClaimPrinter],
  ['Pod', podPrinter],
  ['PodDisruptionBudget', disruptionBudgetPrinter],
  ['PodMetrics', metricsPrinter],
  ['ReplicaSet', replicaSetPrinter],
  ['Role', createdAtPrinter],
  ['RoleBinding', bindingPrinter],
  ['Secret', secretPrinter],
  ['Service', servicePrinter],
  ['ServiceAccount', serviceAccountPrinter],
  ['StatefulSet', statefulSetPrinter],
  ['StorageClass', storageClassPrinter],
]);

export function printerOf({ kind, version, definition }: Resource): Printer {
  if (definition !== undefined) return customPrinter(definition, version);
  return byKind.get(kind) ?? plainPrinter;
}
