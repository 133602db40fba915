import { get, list } from '#features/kube/read.ts';
import type { Verdict } from './verdict.ts';

/**
 * Judges a Service with a selector by its endpoint slices, which the cluster makes of the pods that it selects; undefined if
 * something is behind it.
 */
export function judgeEndpoints(slices: readonly unknown[]): Verdict | undefined {
  const endpoints = slices.flatMap((slice) => list(slice, 'endpoints'));
  // A missing condition counts as true (discovery.k8s.io/v1, EndpointConditions).
  if (endpoints.some((one) => get(one, 'conditions', 'ready') !== false)) return undefined;
  const because =
    endpoints.length === 0
      ? 'No running pod matches its selector: connections to it fail.'
      : `It selects ${endpoints.length} ${endpoints.length === 1 ? 'pod' : 'pods'}, of which none is ready: connections to it fail.`;
  return { tone: 'bad', word: 'Nothing behind it', because };
}
