import { badRequest } from '../api/api-error.ts';
import type { ResourceExchange } from '../api/exchange.ts';
import type { Container, Pod } from '../model/kinds.ts';
import { loggingOf } from '../simulation/behaviour.ts';
import type { Clock } from '../simulation/clock.ts';
import { lineAt, linesUntil, nextLineAt } from '../simulation/log-lines.ts';
import type { LogSource } from '../simulation/log-source.ts';
import type { Store } from '../store/store.ts';

/** How many lines of a container's log a node keeps before rotation. */
const KEPT = 10_000;
const MAX_BACKLOG = 4 * 1024 * 1024;

/**
 * The requested container of a pod.
 * @throws ApiError 400 if there is no container with this name, or several and none is named.
 */
export function containerOf(pod: Pod, name: string | null): Container {
  const { containers, ephemeralContainers = [] } = pod.spec;
  const all = [...containers, ...ephemeralContainers];
  if (name === null || name === '') {
    const [only, ...more] = containers;
    if (only !== undefined && more.length === 0) return only;
    const choice = containers.map((one) => one.name).join(' ');
    throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${choice}]`);
  }
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`);
  return found;
}

/** Serves `GET …/pods/x/log`: previous, follow, timestamps, tailLines, sinceSeconds, sinceTime, limitBytes. @throws ApiError. */
export function podLog({ store, clock }: { store: Store; clock: Clock }, exchange: ResourceExchange): void {
  const { query, response } = exchange;
  const pod = store.get('pods', exchange.namespace, exchange.name) as Pod;
  const container = containerOf(pod, query.get('container'));
  const source = logSource(pod, container.name, query.get('previous') === 'true');
  const withTime = query.get('timestamps') === 'true';
  const until = Math.min(source.endedAt ?? Number.POSITIVE_INFINITY, clock.now());
  const total = linesUntil(source, until);
  const first = firstInFile(source, until);
  const tail = numberOf(query, 'tailLines') ?? Number.POSITIVE_INFINITY;
  const since = sinceOf(query, clock.now());
  let budget = numberOf(query, 'limitBytes') ?? Number.POSITIVE_INFINITY;

  response.statusCode = 200;
  response.setHeader('content-type', 'text/plain');
  response.setHeader('cache-control', 'no-cache, private');
  const send = (index: number) => {
    const { time, text } = lineAt(source, index);
    if (time < since || budget <= 0 || response.writableEnded || response.destroyed) return;
    const line = Buffer.from(withTime ? `${preciseTime(time, index)} ${text}\n` : `${text}\n`).subarray(0, budget);
    budget -= line.length;
    response.write(line);
    if (response.writableLength > MAX_BACKLOG) response.destroy();
  };
  response.flushHeaders();
  response.cork();
  for (let index = Math.max(first, total - Math.min(tail, KEPT)); index < total; index++) send(index);
  response.uncork();
  if (query.get('follow') !== 'true' || source.endedAt !== undefined) {
    response.end();
    return;
  }
  const lines = everyNewLine(source, clock, send);
  const unsubscribe = onInstanceEnd(store, pod, container.name, () => response.end());
  const forget = onRotation(source, clock, (moment) => {
    lines.sendUntil(moment);
    response.end();
  });
  response.on('close', () => {
    lines.stop();
    unsubscribe();
    forget();
  });
}

/** Writes new lines as they appear. @returns a function that ends it. */
export function followLog(
  { pod, container, clock }: { pod: Pod; container: string; clock: Clock },
  write: (line: string) => void,
): () => void {
  const source = logSource(pod, container, false);
  return everyNewLine(source, clock, (index) => write(`${lineAt(source, index).text}\n`)).stop;
}

interface NewLines {
  stop: () => void;
  /** Sends what was written until a moment, without waiting for its turn. */
  sendUntil: (moment: number) => void;
}

/** Sends new lines as they appear. */
function everyNewLine(source: LogSource, clock: Clock, send: (index: number) => void): NewLines {
  let index = linesUntil(source, clock.now());
  let cancel = () => {};
  const wait = () => {
    cancel = clock.after(nextLineAt(source, index) - clock.now(), () => {
      send(index++);
      wait();
    });
  };
  wait();
  return {
    stop: () => cancel(),
    sendUntil: (moment) => {
      for (const end = linesUntil(source, moment); index < end; index++) send(index);
    },
  };
}

/** The first line in the current file of a log: a node only serves what was written since the last rotation. */
function firstInFile(source: LogSource, until: number): number {
  const { rotation } = loggingOf(source.pod);
  if (rotation === undefined) return 0;
  return linesUntil(source, source.startedAt + Math.floor((until - source.startedAt) / rotation) * rotation);
}

/** Calls back at the next rotation, at which streams end without an error. @returns a function that ends the wait. */
function onRotation(source: LogSource, clock: Clock, rotated: (moment: number) => void): () => void {
  const { rotation } = loggingOf(source.pod);
  if (rotation === undefined) return () => undefined;
  const wait = rotation - ((clock.now() - source.startedAt) % rotation);
  const moment = clock.now() + wait;
  return clock.after(wait, () => rotated(moment));
}

/** Calls back once the running container ends or its pod is removed. @returns a function that ends the wait. */
export function onInstanceEnd(store: Store, pod: Pod, container: string, ended: () => void): () => void {
  const instanceOf = (one: Pod) =>
    one.status?.containerStatuses?.find(({ name }) => name === container)?.state.running?.startedAt;
  const instance = instanceOf(pod);
  return store.subscribe(({ resource, type, object }) => {
    if (resource !== 'pods' || object.metadata.uid !== pod.metadata.uid) return;
    if (type === 'DELETED' || instanceOf(object as Pod) !== instance) ended();
  });
}

/** The requested run of the container, with its times. @throws ApiError 400. */
function logSource(pod: Pod, container: string, previous: boolean): LogSource {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container);
  const { state, lastState } = status ?? {};
  const name = pod.metadata.name;
  const source = (startedAt: string, endedAt?: string): LogSource => ({
    pod,
    container,
    startedAt: Date.parse(startedAt),
    ...(endedAt === undefined ? {} : { endedAt: Date.parse(endedAt) }),
  });
  const last = lastState?.terminated;
  if (previous) {
    if (last === undefined) throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
    return source(last.startedAt, last.finishedAt);
  }
  if (state?.running !== undefined) return source(state.running.startedAt);
  if (state?.terminated !== undefined) return source(state.terminated.startedAt, state.terminated.finishedAt);
  if (last !== undefined) return source(last.startedAt, last.finishedAt);
  const why = state?.waiting === undefined ? '' : ` is waiting to start: ${state.waiting.reason}`;
  throw badRequest(`container "${container}" in pod "${name}"${why || ' is not available'}`);
}

function numberOf(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null || text === '') return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw badRequest(`${key} must be greater than or equal to 0`);
  return number;
}

function sinceOf(query: URLSearchParams, now: number): number {
  const seconds = numberOf(query, 'sinceSeconds');
  if (seconds !== undefined) return now - seconds * 1_000;
  const time = query.get('sinceTime');
  if (time === null || time === '') return 0;
  const moment = Date.parse(time);
  if (Number.isNaN(moment)) throw badRequest(`sinceTime: cannot parse ${JSON.stringify(time)}`);
  return moment;
}

/** RFC 3339 with nanoseconds; the digits below the millisecond only distinguish lines. */
function preciseTime(time: number, index: number): string {
  return new Date(time).toISOString().replace('Z', `${String((index * 7_919) % 1_000_000).padStart(6, '0')}Z`);
}
