import { get, list, number, text } from '#features/kube/read.ts';
import { conditionOf } from './conditions.ts';

/**
 * A pod's state in kubectl's terms: the phase, or what the containers wait for or ended with.
 * Based on Kubernetes' printPod, pkg/printers/internalversion/printers.go.
 */
export function podWord(pod: unknown): string {
  if (get(pod, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  if (conditionOf(pod, 'PodScheduled')?.reason === 'SchedulingGated') return 'SchedulingGated';
  let words = text(pod, 'status', 'reason') ?? text(pod, 'status', 'phase') ?? 'Unknown';
  const initial = initWords(pod);
  if (initial !== undefined) return initial;
  let running = false;
  for (const status of list(pod, 'status', 'containerStatuses').toReversed()) {
    const waiting = text(status, 'state', 'waiting', 'reason');
    const terminated = get(status, 'state', 'terminated');
    if (waiting !== undefined && waiting !== '') words = waiting;
    else if (terminated !== undefined) words = endWord(terminated);
    else if (get(status, 'ready') === true && get(status, 'state', 'running') !== undefined) running = true;
  }
  return words === 'Completed' && running ? (isReady(pod) ? 'Running' : 'NotReady') : words;
}

function initWords(pod: unknown): string | undefined {
  const specs = list(pod, 'spec', 'initContainers');
  const statuses = list(pod, 'status', 'initContainerStatuses');
  for (const [index, status] of statuses.entries()) {
    const spec = specs.find((one) => text(one, 'name') === text(status, 'name'));
    const sidecar = text(spec, 'restartPolicy') === 'Always';
    const terminated = get(status, 'state', 'terminated');
    if (number(terminated, 'exitCode') === 0 || (sidecar && get(status, 'started') === true)) continue;
    if (terminated !== undefined) return `Init:${endWord(terminated)}`;
    const waiting = text(status, 'state', 'waiting', 'reason');
    if (waiting !== undefined && waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${specs.length}`;
  }
  return undefined;
}

function endWord(terminated: unknown): string {
  const reason = text(terminated, 'reason');
  if (reason !== undefined && reason !== '') return reason;
  const signal = number(terminated, 'signal') ?? 0;
  return signal === 0 ? `ExitCode:${number(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`;
}

/** Whether the pod counts as ready; by its containers if it has no such condition yet. */
export function isReady(pod: unknown): boolean {
  const condition = conditionOf(pod, 'Ready');
  if (condition !== undefined) return condition.status === 'True';
  return list(pod, 'status', 'containerStatuses').every((one) => get(one, 'ready') !== false);
}
