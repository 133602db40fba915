import { createHash } from 'node:crypto';
import type { Condition, Container, ContainerState, ContainerStatus, Node, Pod, PodStatus } from '../model/kinds.ts';
import { timestamp } from '../model/object.ts';
import type { StoreEvent } from '../store/store.ts';
import { backOff, behaviourOf, LONGEST_BACK_OFF } from './behaviour.ts';
import { isFinished } from './pod-factory.ts';
import { schedule } from './scheduler.ts';
import type { Simulation } from './simulation.ts';

const component = 'kubelet';
const STARTING = 900;
const STOPPING = 1_200;
/** The exit code of a program that was killed by SIGKILL. */
const KILLED = 137;

/** Starts, restarts and ends the pods bound to nodes, and updates their status. */
export class Kubelet {
  readonly #simulation: Simulation;
  readonly #ended: (pod: Pod) => void;
  /** Pods being handled, by uid. */
  readonly #known = new Set<string>();
  readonly #stopping = new Set<string>();

  /** @param ended called when a pod was removed, to end its processes. */
  constructor(simulation: Simulation, ended: (pod: Pod) => void) {
    this.#simulation = simulation;
    this.#ended = ended;
    simulation.store.subscribe((event) => this.#notice(event));
  }

  /** Call when a container's program has exited. @param code its exit code. */
  containerEnded(pod: Pod, container: string, code: number): void {
    const current = this.#current(pod);
    if (current !== undefined && !isFinished(current)) this.#terminate(current, { container, code });
  }

  #notice({ type, resource, object }: StoreEvent): void {
    if (resource !== 'pods') return;
    const pod = object as Pod;
    const { uid } = pod.metadata;
    const { clock } = this.#simulation;
    if (type === 'DELETED') {
      this.#known.delete(uid);
      this.#stopping.delete(uid);
      this.#ended(pod);
    } else if (pod.metadata.deletionTimestamp !== undefined) {
      if (this.#stopping.has(uid)) return;
      this.#stopping.add(uid);
      const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1_000;
      clock.after(0, () => this.#reportStop(pod));
      clock.after(Math.min(grace, STOPPING), () => this.#simulation.store.remove('pods', pod));
    } else if (!this.#known.has(uid)) {
      if (pod.spec.nodeName === undefined && type === 'MODIFIED') return;
      if (pod.spec.nodeName === undefined) {
        clock.after(30, () => schedule(this.#simulation, pod));
        return;
      }
      this.#known.add(uid);
      clock.after(30, () => this.#accept(pod));
    }
  }

  #current(pod: Pod): Pod | undefined {
    const { namespace = '', name, uid } = pod.metadata;
    const current = this.#simulation.store.find('pods', namespace, name) as Pod | undefined;
    return current?.metadata.uid === uid && current.metadata.deletionTimestamp === undefined ? current : undefined;
  }

  #reportStop(pod: Pod): void {
    for (const { name } of pod.spec.containers) this.#say(pod, name, ['Killing', `Stopping container ${name}`]);
  }

  /** The node accepts the pod: images are pulled, containers created. */
  #accept(bound: Pod): void {
    const pod = this.#current(bound);
    if (pod === undefined) return;
    const now = timestamp(this.#simulation.clock.now());
    const address = this.#nodeAddress(pod);
    this.#setStatus(pod, {
      phase: 'Pending',
      conditions: conditions(now, { initialized: true, ready: false }),
      ...(address === undefined ? {} : { hostIP: address, hostIPs: [{ ip: address }] }),
      startTime: now,
      containerStatuses: pod.spec.containers.map((one) =>
        containerStatus(one, { waiting: { reason: 'ContainerCreating' } }),
      ),
      qosClass: qosClass(pod),
    });
    this.#simulation.clock.after(STARTING, () => this.#start(pod));
  }

  #start(accepted: Pod): void {
    const pod = this.#current(accepted);
    if (pod === undefined) return;
    if (behaviourOf(pod).does === 'miss-image') {
      this.#missImage(pod);
      return;
    }
    const now = timestamp(this.#simulation.clock.now());
    const podIP = pod.spec.hostNetwork === true ? pod.status?.hostIP : this.#freeAddress(pod);
    for (const { name, image } of pod.spec.containers) {
      this.#say(pod, name, ['Pulled', `Container image "${image}" already present on machine`]);
      this.#say(pod, name, ['Created', `Created container: ${name}`]);
      this.#say(pod, name, ['Started', `Started container ${name}`]);
    }
    this.#setStatus(pod, {
      ...pod.status,
      phase: 'Running',
      conditions: conditions(now, { initialized: true, ready: true }),
      ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
      containerStatuses: pod.spec.containers.map((one) => ({
        ...containerStatus(one, { running: { startedAt: now } }),
        ...runningFields(pod, one.name, 0),
      })),
    });
    this.#awaitEnd(pod);
  }

  /** The image does not exist: tries again and again. */
  #missImage(waiting: Pod): void {
    const pod = this.#current(waiting);
    if (pod === undefined) return;
    const [first] = pod.spec.containers;
    if (first === undefined) return;
    const { name, image = '' } = first;
    const why = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
    const message = `Back-off pulling image "${image}": ErrImagePull: rpc error: code = NotFound desc = ${why}`;
    this.#setContainer(pod, name, (one) => ({ ...one, state: { waiting: { reason: 'ImagePullBackOff', message } } }));
    const about = { type: 'Warning', component, fieldPath: `spec.containers{${name}}` } as const;
    const failed = `Failed to pull image "${image}": rpc error: code = NotFound desc = ${why}`;
    this.#simulation.events.record(pod, { ...about, reason: 'Failed', message: failed });
    this.#simulation.events.record(pod, { ...about, reason: 'BackOff', message: `Back-off pulling image "${image}"` });
    this.#simulation.clock.after(LONGEST_BACK_OFF, () => this.#missImage(pod));
  }

  /** Only the first container's program may end. */
  #awaitEnd(pod: Pod): void {
    const behaviour = behaviourOf(pod);
    const [first] = pod.spec.containers;
    if (behaviour.does === 'run' || behaviour.does === 'miss-image' || first === undefined) return;
    const code = { complete: 0, crash: 1, exhaust: KILLED }[behaviour.does];
    this.#simulation.clock.after(behaviour.after, () => this.containerEnded(pod, first.name, code));
  }

  #terminate(pod: Pod, { container, code }: { container: string; code: number }): void {
    const now = timestamp(this.#simulation.clock.now());
    const policy = pod.spec.restartPolicy ?? 'Always';
    const restarts = policy === 'Always' || (policy === 'OnFailure' && code !== 0);
    const statuses = (pod.status?.containerStatuses ?? []).map((status) =>
      status.name === container ? terminatedStatus(status, { code, reason: endReason(pod, code) }, now) : status,
    );
    const phase = restarts ? 'Running' : code === 0 ? 'Succeeded' : 'Failed';
    const reason = restarts ? 'ContainersNotReady' : code === 0 ? 'PodCompleted' : 'PodFailed';
    this.#setStatus(pod, {
      ...pod.status,
      phase,
      conditions: conditions(now, { initialized: true, ready: false, reason }, pod.status?.conditions),
      containerStatuses: statuses,
    });
    if (!restarts) return;
    this.#simulation.clock.after(1_500, () => this.#holdBack(pod, container));
  }

  /** Waits in CrashLoopBackOff before the next attempt. */
  #holdBack(crashed: Pod, container: string): void {
    const pod = this.#current(crashed);
    const status = pod?.status?.containerStatuses?.find(({ name }) => name === container);
    if (pod === undefined || status?.state.terminated === undefined) return;
    const delay = backOff(status.restartCount);
    const message = `back-off ${backOffText(delay)} restarting failed container=${container} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
    const waiting = { reason: 'CrashLoopBackOff', message };
    this.#setContainer(pod, container, (one) => ({
      ...one,
      state: { waiting },
      lastState: { terminated: status.state.terminated } as ContainerState,
    }));
    const happening = { type: 'Warning', reason: 'BackOff', component } as const;
    const fieldPath = `spec.containers{${container}}`;
    const text = `Back-off restarting failed container ${container} in pod ${pod.metadata.name}`;
    this.#simulation.events.record(pod, { ...happening, message: text, fieldPath });
    this.#simulation.clock.after(delay, () => this.#restart(pod, container));
  }

  #restart(crashed: Pod, container: string): void {
    const pod = this.#current(crashed);
    const status = pod?.status?.containerStatuses?.find(({ name }) => name === container);
    if (pod === undefined || status === undefined) return;
    const now = timestamp(this.#simulation.clock.now());
    this.#setContainer(pod, container, (one) => ({
      ...one,
      ...runningFields(pod, container, one.restartCount + 1),
      state: { running: { startedAt: now } },
    }));
    const current = this.#current(pod);
    if (current === undefined) return;
    const allReady = current.status?.containerStatuses?.every(({ ready }) => ready) ?? false;
    this.#setStatus(current, {
      ...current.status,
      conditions: conditions(now, { initialized: true, ready: allReady }, current.status?.conditions),
    });
    this.#say(current, container, ['Pulled', `Container image "${status.image}" already present on machine`]);
    this.#say(current, container, ['Created', `Created container: ${container}`]);
    this.#say(current, container, ['Started', `Started container ${container}`]);
    this.#awaitEnd(current);
  }

  #setContainer(pod: Pod, container: string, change: (status: ContainerStatus) => ContainerStatus): void {
    const statuses = pod.status?.containerStatuses ?? [];
    const containerStatuses = statuses.map((one) => (one.name === container ? change(one) : one));
    this.#setStatus(pod, { ...pod.status, containerStatuses });
  }

  #setStatus(pod: Pod, status: PodStatus): void {
    this.#simulation.store.modify('pods', pod, (draft) => {
      draft.status = status;
    });
  }

  #say(pod: Pod, container: string, [reason, message]: [reason: string, message: string]): void {
    const fieldPath = `spec.containers{${container}}`;
    this.#simulation.events.record(pod, { type: 'Normal', reason, message, component, fieldPath });
  }

  #nodeAddress(pod: Pod): string | undefined {
    const node = this.#simulation.store.find('nodes', '', pod.spec.nodeName ?? '') as Node | undefined;
    return node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  }

  /** An unused address in the node's range. */
  #freeAddress(pod: Pod): string | undefined {
    const node = this.#simulation.store.find('nodes', '', pod.spec.nodeName ?? '') as Node | undefined;
    const range = typeof node?.spec?.['podCIDR'] === 'string' ? node.spec['podCIDR'] : '10.244.255.0/24';
    const prefix = range.slice(0, range.lastIndexOf('.'));
    const taken = new Set((this.#simulation.store.list('pods') as Pod[]).map(({ status }) => status?.podIP));
    for (let host = 2; host < 255; host++) if (!taken.has(`${prefix}.${host}`)) return `${prefix}.${host}`;
    return undefined;
  }
}

/** A duration as Go prints it: 1m20s. */
function backOffText(delay: number): string {
  const [minutes, seconds] = [Math.floor(delay / 60_000), (delay % 60_000) / 1_000];
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

function containerStatus({ name, image = '' }: Container, state: ContainerState): ContainerStatus {
  const repository = image.replace(/[:@][^/]*$/, '');
  const imageID = `${repository.includes('/') ? '' : 'docker.io/library/'}${repository}@sha256:${digest(image)}`;
  return { name, image, imageID, ready: false, started: false, restartCount: 0, state, lastState: {} };
}

function runningFields(pod: Pod, container: string, restartCount: number) {
  const containerID = `containerd://${digest(`${pod.metadata.uid}/${container}/${restartCount}`)}`;
  return { containerID, ready: true, started: true, restartCount };
}

/** The kubelet's word for how a program ended. */
function endReason(pod: Pod, code: number): string {
  if (code === 0) return 'Completed';
  return behaviourOf(pod).does === 'exhaust' && code === KILLED ? 'OOMKilled' : 'Error';
}

function terminatedStatus(
  status: ContainerStatus,
  { code, reason }: { code: number; reason: string },
  now: string,
): ContainerStatus {
  const startedAt = status.state.running?.startedAt ?? now;
  const id = status.containerID === undefined ? {} : { containerID: status.containerID };
  const terminated = { exitCode: code, reason, startedAt, finishedAt: now, ...id };
  return { ...status, ready: false, started: false, state: { terminated } };
}

/** The conditions of a pod; the transition time changes only with the status. */
function conditions(
  now: string,
  { initialized, ready, reason }: { initialized: boolean; ready: boolean; reason?: string },
  before: Condition[] = [],
): Condition[] {
  const why = !ready ? { reason: reason ?? 'ContainersNotReady' } : {};
  const wanted: [string, boolean, object][] = [
    ['PodReadyToStartContainers', initialized, {}],
    ['Initialized', initialized, {}],
    ['Ready', ready, why],
    ['ContainersReady', ready, why],
    ['PodScheduled', true, {}],
  ];
  return wanted.map(([type, isMet, extra]) => {
    const status = isMet ? 'True' : 'False';
    const known = before.find((one) => one.type === type);
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
    return { type, status, lastProbeTime: null, lastTransitionTime, ...extra };
  });
}

function qosClass({ spec }: Pod): string {
  const all = spec.containers.map(({ resources }) => resources ?? {});
  if (all.every(({ requests, limits }) => requests === undefined && limits === undefined)) return 'BestEffort';
  const isGuaranteed = all.every(
    ({ requests, limits }) =>
      limits?.['cpu'] !== undefined &&
      limits['memory'] !== undefined &&
      (requests?.['cpu'] ?? limits['cpu']) === limits['cpu'] &&
      (requests?.['memory'] ?? limits['memory']) === limits['memory'],
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
