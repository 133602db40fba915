// Pods as a kube-apiserver 1.33 returns them, reduced to what the rules could read.

/** The time at which the tests judge. */
export const NOW = Date.parse('2026-01-10T12:00:00Z');

const MINUTE = 60_000;
/** The RFC 3339 time so many minutes before `NOW`. */
export const ago = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString().replace('.000Z', 'Z');

export interface PodOptions {
  /** In minutes. */
  age?: number;
  phase?: string;
  reason?: string;
  message?: string;
  metadata?: object;
  spec?: object;
  containers?: object[];
  init?: object[];
  statuses?: object[];
  initStatuses?: object[];
  conditions?: object[];
}

export function condition(type: string, status: string, since: number, more: object = {}) {
  return { type, status, lastProbeTime: null, lastTransitionTime: ago(since), ...more };
}

/** A pod, by default healthy and two days old. */
export function pod(options: PodOptions = {}) {
  const { age = 2880, phase = 'Running', reason, message, metadata, spec, containers, init, statuses } = options;
  return {
    metadata: { name: 'web-6d4cf56db6-x7k2p', namespace: 'shop', uid: 'u1', creationTimestamp: ago(age), ...metadata },
    spec: {
      nodeName: 'node-1',
      restartPolicy: 'Always',
      containers: containers ?? [
        { name: 'web', image: 'registry.example.com/shop/web:1.4', resources: { limits: { memory: '256Mi' } } },
      ],
      ...(init !== undefined && { initContainers: init }),
      ...spec,
    },
    status: {
      phase,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      conditions: options.conditions ?? [
        condition('PodScheduled', 'True', age),
        condition('Ready', 'True', age - 1),
        condition('ContainersReady', 'True', age - 1),
      ],
      containerStatuses: statuses ?? [running(age)],
      ...(options.initStatuses !== undefined && { initContainerStatuses: options.initStatuses }),
    },
  };
}

/** A container that has run for so many minutes. */
export const running = (minutes: number, more: object = {}) => ({
  name: 'web',
  ready: true,
  started: true,
  restartCount: 0,
  state: { running: { startedAt: ago(minutes) } },
  lastState: {},
  ...more,
});

/** A run that ended so many minutes ago, after half a minute. */
export const ended = (minutes: number, exitCode: number, more: object = {}) => ({
  terminated: {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: ago(minutes + 0.5),
    finishedAt: ago(minutes),
    containerID: 'containerd://1',
    ...more,
  },
});

export const waiting = (reason: string, message?: string) => ({
  waiting: { reason, ...(message !== undefined && { message }) },
});

/** A pod whose container crashes again and again, and waits for its next run. */
export function crashing({ restarts = 28, minutes = 2 }: { restarts?: number; minutes?: number } = {}) {
  const message = 'back-off 5m0s restarting failed container=web pod=web-6d4cf56db6-x7k2p_shop(u1)';
  return pod({
    statuses: [
      running(0, {
        ready: false,
        started: false,
        restartCount: restarts,
        state: waiting('CrashLoopBackOff', message),
        lastState: ended(minutes, 1),
      }),
    ],
    conditions: [
      condition('PodScheduled', 'True', 2880),
      condition('Ready', 'False', minutes, { reason: 'ContainersNotReady' }),
    ],
  });
}

/** A pod that fits on no node. */
export function unschedulable(age: number) {
  const message =
    '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.';
  const made = pod({
    age,
    phase: 'Pending',
    statuses: [],
    conditions: [condition('PodScheduled', 'False', age, { reason: 'Unschedulable', message })],
  });
  const { nodeName: _none, ...spec } = made.spec;
  return { ...made, spec };
}
