import { list, record, text } from '#features/kube/read.ts';
import { readAmounts, type Usage } from './usage.ts';

/** What usage is compared with; a missing amount means that there is none. */
export interface Bounds {
  /** Requests of a pod or container. */
  requests: Partial<Usage>;
  /** Limits of a pod or container, or what a node can allocate. */
  limits: Partial<Usage>;
}

const AMOUNTS = ['cpu', 'memory'] as const;

/**
 * Requests and limits of a pod's running containers: the ordinary ones and sidecars (init containers with restartPolicy Always),
 * which are what metrics-server measures. A pod has a limit only if each of them has one.
 */
export function podBounds(pod: unknown): Bounds {
  const running = [
    ...list(pod, 'spec', 'initContainers').filter((one) => text(one, 'restartPolicy') === 'Always'),
    ...list(pod, 'spec', 'containers'),
  ].map(containerBounds);
  const requests: Partial<Usage> = {};
  const limits: Partial<Usage> = {};
  for (const amount of AMOUNTS) {
    const asked = running.flatMap((one) => one.requests[amount] ?? []);
    if (asked.length > 0) requests[amount] = sum(asked);
    const most = running.flatMap((one) => one.limits[amount] ?? []);
    if (most.length > 0 && most.length === running.length) limits[amount] = sum(most);
  }
  return { requests, limits };
}

/** Requests and limits of a container; a limit without a request is also its request, as for the API server. */
export function containerBounds(container: unknown): Bounds {
  const limits = readAmounts(record(container, 'resources', 'limits'));
  return { requests: { ...limits, ...readAmounts(record(container, 'resources', 'requests')) }, limits };
}

/** What a node can allocate to pods. */
export function nodeBounds(node: unknown): Bounds {
  return { requests: {}, limits: readAmounts(record(node, 'status', 'allocatable')) };
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);
