import type { Tone } from '#components/ui/tone.ts';
import { get, list, number, text } from '#features/kube/read.ts';

/**
 * A pod's state in kubectl's terms: the phase, or what the containers wait for or ended with.
 * Based on Kubernetes' printPod, pkg/printers/internalversion/printers.go.
 */
export function podState(pod: unknown): { tone: Tone; text: string } {
  const words = podWords(pod);
  if (get(pod, 'metadata', 'deletionTimestamp') !== undefined) return { tone: 'warn', text: 'Terminating' };
  if (words === 'Running')
    return isReady(pod) ? { tone: 'ok', text: words } : { tone: 'warn', text: 'Running, not ready' };
  if (words === 'Succeeded' || words === 'Completed') return { tone: 'idle', text: words };
  const waiting =
    words === 'Pending' ||
    words === 'ContainerCreating' ||
    words === 'PodInitializing' ||
    /^Init:\d+\/\d+$/.test(words);
  return { tone: waiting ? 'warn' : 'bad', text: words };
}

function podWords(pod: unknown): string {
  let words = text(pod, 'status', 'reason') ?? text(pod, 'status', 'phase') ?? 'Unknown';
  const initial = initWords(pod);
  if (initial !== undefined) return initial;
  let running = false;
  for (const status of list(pod, 'status', 'containerStatuses').toReversed()) {
    const waiting = text(status, 'state', 'waiting', 'reason');
    const terminated = get(status, 'state', 'terminated');
    if (waiting !== undefined && waiting !== '') words = waiting;
    else if (terminated !== undefined) words = endWords(terminated);
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
    if (terminated !== undefined) return `Init:${endWords(terminated)}`;
    const waiting = text(status, 'state', 'waiting', 'reason');
    if (waiting !== undefined && waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${specs.length}`;
  }
  return undefined;
}

function endWords(terminated: unknown): string {
  const reason = text(terminated, 'reason');
  if (reason !== undefined && reason !== '') return reason;
  const signal = number(terminated, 'signal') ?? 0;
  return signal === 0 ? `ExitCode:${number(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`;
}

function isReady(pod: unknown): boolean {
  return list(pod, 'status', 'conditions').some(
    (one) => text(one, 'type') === 'Ready' && text(one, 'status') === 'True',
  );
}
