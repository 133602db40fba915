import { get, list, number, text } from '#features/kube/read.ts';
import { conditionOf, conditionsOf } from './conditions.ts';
import { type ContainerEnd, readEnd } from './container-end.ts';
import { instantOf, latestOf } from './instants.ts';
import { isReady, podWord } from './pod-word.ts';

/**
 * What a pod is judged by, from the object itself or from the row of a server-side table, which says less. Instants in
 * milliseconds since 1970; undefined if unknown.
 */
export interface PodSigns {
  /** kubectl's word for its state. */
  word: string;
  created: number | undefined;
  /** By when it should have ended, if it is being deleted. */
  due?: number | undefined;
  finalizers?: readonly string[];
  /** Whether a node has been found for it. */
  scheduled: boolean;
  /** Why there is no node, as the scheduler wrote it. */
  unschedulable?: string | undefined;
  ready: boolean;
  /** Since when it has been ready. */
  readySince?: number | undefined;
  /** A readiness gate that does not hold. */
  gate?: string | undefined;
  /** When the latest of its running containers started. */
  startedAt?: number | undefined;
  restarts: number;
  /** When a container last ended before it was restarted. */
  lastEnd?: number | undefined;
  /** How that was. */
  how?: { container: string; end: ContainerEnd; memoryLimit: string | undefined } | undefined;
  /** The pod's own explanation: of an eviction, or a container's of why it waits. */
  message?: string | undefined;
}

/** The signs of a whole pod, or of the fields in `podFields`. */
export function podSigns(pod: unknown): PodSigns {
  const statuses = [
    ...list(pod, 'status', 'initContainerStatuses').filter((one) => isSidecar(pod, text(one, 'name'))),
    ...list(pod, 'status', 'containerStatuses'),
  ];
  const ends = statuses.flatMap((one) => {
    const end = readEnd(get(one, 'lastState', 'terminated'));
    const container = text(one, 'name') ?? '';
    return end === undefined ? [] : { container, end, memoryLimit: memoryLimitOf(pod, container) };
  });
  const lastEnd = latestOf(ends.map(({ end }) => end.finishedAt));
  const ready = conditionOf(pod, 'Ready');
  const scheduled = conditionOf(pod, 'PodScheduled');
  const gates = list(pod, 'spec', 'readinessGates').map((one) => text(one, 'conditionType'));
  const closed = gates.find((gate) => conditionsOf(pod).find(({ type }) => type === gate)?.status !== 'True');
  return {
    word: podWord(pod),
    created: instantOf(pod, 'metadata', 'creationTimestamp'),
    due: instantOf(pod, 'metadata', 'deletionTimestamp'),
    finalizers: list(pod, 'metadata', 'finalizers').map(String),
    scheduled: text(pod, 'spec', 'nodeName') !== undefined,
    unschedulable:
      scheduled?.status === 'False' && scheduled.reason === 'Unschedulable' ? scheduled.message : undefined,
    ready: isReady(pod),
    readySince: ready?.status === 'True' ? ready.since : undefined,
    gate: closed,
    startedAt: latestOf(statuses.map((one) => instantOf(one, 'state', 'running', 'startedAt'))),
    restarts: statuses.reduce<number>((sum, one) => sum + (number(one, 'restartCount') ?? 0), 0),
    lastEnd,
    how: ends.find(({ end }) => end.finishedAt === lastEnd),
    message: text(pod, 'status', 'message') ?? waitingMessage(pod),
  };
}

function waitingMessage(pod: unknown): string | undefined {
  const all = [...list(pod, 'status', 'initContainerStatuses'), ...list(pod, 'status', 'containerStatuses')];
  return all.map((one) => text(one, 'state', 'waiting', 'message')).find((one) => one !== undefined && one !== '');
}

/** Whether a container is a sidecar: an init container that keeps running. */
function isSidecar(pod: unknown, container: string | undefined): boolean {
  const spec = list(pod, 'spec', 'initContainers').find((one) => text(one, 'name') === container);
  return text(spec, 'restartPolicy') === 'Always';
}

/** The memory limit of a container, as written in the manifest. */
export function memoryLimitOf(pod: unknown, container: string): string | undefined {
  const specs = [...list(pod, 'spec', 'containers'), ...list(pod, 'spec', 'initContainers')];
  const spec = specs.find((one) => text(one, 'name') === container);
  return text(spec, 'resources', 'limits', 'memory');
}
