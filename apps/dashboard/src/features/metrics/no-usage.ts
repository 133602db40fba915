import { KubeError } from '#features/kube/kube-error.ts';
import { list, text } from '#features/kube/read.ts';

/** Why there are no measurements, and what to do about it. */
export interface NoUsage {
  kind: 'not-installed' | 'forbidden' | 'down' | 'failed';
  /** One sentence. */
  why: string;
  /** The cluster's own words, or the missing rule. */
  detail?: string;
  /** A command that helps. */
  command?: string;
}

/** The path of the object that says whether the cluster's metrics API is there and works. */
export const METRICS_SERVICE = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io';

const INSTALL =
  'kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml';

/**
 * Explains an error response to a list of metrics. `service` is the APIService of metrics.k8s.io, or the error for asking for it.
 */
export function explainNoUsage(error: KubeError, resource: 'pods' | 'nodes', service: unknown): NoUsage {
  if (error.status === 403) {
    return {
      kind: 'forbidden',
      why: `You may not read the metrics of ${resource}. Ask an administrator for this rule: get and list ${resource} in metrics.k8s.io.`,
      detail: error.message,
    };
  }
  const condition = list(service, 'status', 'conditions').find((one) => text(one, 'type') === 'Available');
  if (text(condition, 'status') === 'False' || error.status >= 500) {
    return {
      kind: 'down',
      why: 'The metrics API of this cluster does not answer.',
      detail: text(condition, 'message') ?? error.message,
      command: 'kubectl describe apiservice v1beta1.metrics.k8s.io',
    };
  }
  if (error.status === 404) {
    const missing = service instanceof KubeError && service.status === 404;
    return {
      kind: 'not-installed',
      why: missing
        ? 'metrics-server is not installed in this cluster.'
        : 'The cluster serves no metrics API. metrics-server may not be installed.',
      command: INSTALL,
    };
  }
  return { kind: 'failed', why: 'The metrics could not be read.', detail: error.message };
}

/** Pods younger than this may not have been measured yet, in milliseconds. */
const YOUNG_MS = 90_000;

/** Why one pod or node is missing from metrics that are otherwise there. */
export function whyNotMeasured(object: { phase: string | undefined; created: number }, now: number): string {
  if (object.phase !== undefined && object.phase !== 'Running')
    return `Not measured: the pod is not running (${object.phase}).`;
  return now - object.created < YOUNG_MS
    ? 'Not measured yet: metrics-server takes up to a minute after the start.'
    : 'metrics-server has no measurement of it. Its kubelet may not be answering.';
}
