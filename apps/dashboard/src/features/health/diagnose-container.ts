import { get, list, number, text } from '#features/kube/read.ts';
import { nextTry } from './back-off.ts';
import { type ContainerEnd, endWords, exitMeaning, readEnd } from './container-end.ts';
import { known, type Reason, type Step } from './diagnosis.ts';
import { durationWords } from './duration-words.ts';
import type { Happening } from './happenings.ts';
import { pullCause, pullReasons, registryOf } from './image-pull.ts';
import { readMissingSource } from './missing-source.ts';
import { memoryLimitOf } from './pod-signs.ts';
import { probeWords, readProbeFailure } from './probes.ts';

export interface ContainerCase {
  pod: unknown;
  /** The container's manifest and status. */
  spec: unknown;
  status: unknown;
  /** Latest first. */
  events: readonly Happening[];
  /** Milliseconds since 1970. */
  now: number;
}

const starting = new Set(['ContainerCreating', 'PodInitializing']);

/** Why one container of a pod is broken; undefined if it is not, or if the cause is not its own. */
export function diagnoseContainer(about: ContainerCase): Reason | undefined {
  const { status } = about;
  const waiting = text(status, 'state', 'waiting', 'reason') ?? '';
  if (pullReasons.has(waiting)) return imageReason(about, waiting);
  const ended = readEnd(get(status, 'state', 'terminated'));
  const last = readEnd(get(status, 'lastState', 'terminated'));
  if (waiting === 'CrashLoopBackOff')
    return last === undefined ? waitReason(about, waiting) : endReason(about, last, true);
  if (waiting !== '' && !starting.has(waiting)) return waitReason(about, waiting);
  if (ended !== undefined) return ended.exitCode === 0 ? undefined : endReason(about, ended, false);
  if (last !== undefined && (number(status, 'restartCount') ?? 0) > 0 && get(status, 'ready') === true) {
    return endReason(about, last, true);
  }
  return get(status, 'state', 'running') === undefined || get(status, 'ready') === true
    ? undefined
    : (probeReason(about) ?? (last === undefined ? undefined : endReason(about, last, true)));
}

const nameOf = ({ status }: ContainerCase): string => text(status, 'name') ?? '';
const ofContainer = (about: ContainerCase): Happening[] =>
  about.events.filter(({ container }) => container === nameOf(about));

/** It ended, is restarted again and again, or did so until recently. */
function endReason(about: ContainerCase, end: ContainerEnd, previous: boolean): Reason {
  const { pod, spec, status, now } = about;
  const container = nameOf(about);
  const restarts = number(status, 'restartCount') ?? 0;
  const waiting = get(status, 'state', 'waiting');
  const ran = end.startedAt === undefined || end.finishedAt === undefined ? undefined : end.finishedAt - end.startedAt;
  const killed = killingProbe(about);
  const words =
    killed === undefined
      ? endWords(end, memoryLimitOf(pod, container))
      : `is killed, because its ${killed.kind.toLowerCase()} probe fails`;
  const missing = readMissingSource(end.message);
  return {
    key: container,
    title: `Container ${container} ${words}`,
    detail: killed?.message || end.message || undefined,
    facts: [
      ...known('Restarts', restarts === 0 ? undefined : restarts),
      ...known('Exit code', codeWords(end)),
      ...known('Reason', end.reason === 'Error' || end.reason === 'Completed' ? undefined : end.reason),
      ...known('Ended', end.finishedAt === undefined ? undefined : endedWords(now - end.finishedAt, ran)),
      ...known('Probe', killed && probeWords(spec, killed.kind)),
    ],
    next: waiting === undefined ? undefined : nextTry(waiting, { ...end, restarts }),
    log: { container, previous, run: restarts },
    steps: [
      { do: 'logs', container },
      { do: 'events' },
      ...(missing === undefined ? [] : [listOf(missing.kind)]),
      { do: 'yaml' },
    ],
  };
}

function codeWords(end: ContainerEnd): string {
  const meaning = exitMeaning(end);
  return meaning === undefined ? String(end.exitCode) : `${end.exitCode}, ${meaning}`;
}

const endedWords = (ago: number, ran: number | undefined): string =>
  `${durationWords(ago)} ago${ran === undefined ? '' : `, after running for ${durationWords(ran)}`}`;

/** The probe because of which the kubelet kills the container: liveness, or startup. */
function killingProbe(about: ContainerCase) {
  const events = ofContainer(about);
  const kill = events.find(
    ({ reason, message }) => reason === 'Killing' && /failed (liveness|startup) probe/.test(message),
  );
  if (kill === undefined) return undefined;
  const wanted = /failed liveness/.test(kill.message) ? 'Liveness' : 'Startup';
  const failure = events
    .filter(({ reason }) => reason === 'Unhealthy')
    .map(({ message }) => readProbeFailure(message))
    .find((one) => one?.kind === wanted);
  return failure ?? ({ kind: wanted, message: '' } as const);
}

function probeReason(about: ContainerCase): Reason | undefined {
  const container = nameOf(about);
  const found = ofContainer(about)
    .filter(({ reason }) => reason === 'Unhealthy')
    .flatMap((event) => {
      const failure = readProbeFailure(event.message);
      return failure === undefined ? [] : { event, failure };
    })[0];
  if (found === undefined) return undefined;
  const { event, failure } = found;
  return {
    key: container,
    title: `The ${failure.kind.toLowerCase()} probe of container ${container} fails`,
    detail: failure.message,
    facts: [
      ...known('Probe', probeWords(about.spec, failure.kind)),
      ...known('Failed', event.count > 1 ? `${event.count} times` : undefined),
    ],
    log: { container, previous: false, run: number(about.status, 'restartCount') ?? 0 },
    steps: [{ do: 'logs', container }, { do: 'events' }, { do: 'yaml' }],
  };
}

/** It cannot be started: its configuration is incomplete, or the runtime refuses. */
function waitReason(about: ContainerCase, reason: string): Reason {
  const container = nameOf(about);
  const message = text(about.status, 'state', 'waiting', 'message') ?? '';
  const missing = readMissingSource(message);
  const title =
    missing === undefined
      ? `Container ${container} cannot be started: ${reason}`
      : missing.key === undefined
        ? `Container ${container} needs ${kindWords[missing.kind]} ${missing.name}, which does not exist`
        : `Container ${container} needs the key ${missing.key}, which ${kindWords[missing.kind]} ${missing.name} does not have`;
  return {
    key: container,
    title,
    detail: message || undefined,
    facts: [],
    steps: [...(missing === undefined ? [] : [listOf(missing.kind)]), { do: 'events' }, { do: 'yaml' }],
  };
}

function imageReason(about: ContainerCase, reason: string): Reason {
  const { pod, spec, status, events } = about;
  const container = nameOf(about);
  const image = text(spec, 'image') ?? text(status, 'image') ?? '';
  const waiting = text(status, 'state', 'waiting', 'message') ?? '';
  // While it waits for the next try, only the event has what the registry said.
  const failed = events.find((event) => event.reason === 'Failed' && /^Failed to pull image/.test(event.message));
  const message = /^Back-off pulling image "[^"]*"$/.test(waiting) ? (failed?.message ?? waiting) : waiting;
  const namespace = text(pod, 'metadata', 'namespace') ?? '';
  const secrets = list(pod, 'spec', 'imagePullSecrets').flatMap((one): Step[] => {
    const name = text(one, 'name');
    return name === undefined ? [] : [{ do: 'open', to: { apiVersion: 'v1', kind: 'Secret', namespace, name } }];
  });
  return {
    key: container,
    title:
      reason === 'InvalidImageName'
        ? `The image of container ${container} is not a valid name`
        : `The image of container ${container} cannot be pulled`,
    detail: message || undefined,
    facts: [
      ...known('Image', image),
      ...known('Registry', reason === 'InvalidImageName' ? undefined : registryOf(image)),
      ...known('Cause', pullCause(message)),
    ],
    steps: [...secrets, { do: 'events' }, { do: 'yaml' }],
  };
}

const kindWords = { ConfigMap: 'config map', Secret: 'secret', PersistentVolumeClaim: 'volume claim' } as const;
const listOf = (kind: string): Step => ({ do: 'list', apiVersion: 'v1', kind });
