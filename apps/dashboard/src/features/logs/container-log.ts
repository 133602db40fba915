import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import { LineSplitter } from '#features/kube/lines.ts';
import { endingOf } from './container-ending.ts';
import type { LogCluster, LogFrom } from './log-cluster.ts';
import { instantOf, type LogLine, readLogLine } from './log-line.ts';
import type { LogContainer, LogPod } from './log-pod.ts';
import { Resumption } from './resumption.ts';
import { type Severity, severityOf } from './severity.ts';
import type { Slices } from './slices.ts';

/** A line or seam of one container. */
export type ContainerLine = Omit<LogLine, 'id' | 'source'>;

export type ContainerLogState =
  | { state: 'loading' | 'following' | 'paused' }
  | { state: 'waiting'; message: string }
  /** `seen`: whether it ended while it was followed, not before. */
  | { state: 'ended'; message: string; seen: boolean }
  | { state: 'failed'; message: string };

export interface ContainerLogOptions {
  cluster: LogCluster;
  /** The pod as last seen; `update` tells of changes. */
  pod: LogPod;
  container: string;
  /** Whether to read only the log of the run before the current one. */
  previous: boolean;
  from: LogFrom;
  slices: Slices;
  around: {
    now: () => number;
    random: () => number;
    delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  };
  onLines: (lines: ContainerLine[]) => void;
  onState: (state: ContainerLogState) => void;
}

const LONGEST_LINE = 64 * 1024;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export const POD_GONE = 'The pod no longer exists. This page keeps the lines it has received.';
const NO_PREVIOUS = 'There is no previous container: this one has not restarted.';
const LOST = 'The connection was lost and came back';
const ENDED = 'The stream ended and was resumed';

/**
 * Follows the log of one container for as long as its pod exists: over restarts of the container, of which each run has a log of
 * its own; over rotations, at which the stream just ends; over broken connections. No line is lost that the node still has, and
 * none is repeated. A seam marks each place.
 */
export class ContainerLog {
  readonly #options: ContainerLogOptions;
  readonly #stop = new AbortController();
  readonly #resumption = new Resumption();
  #pod: LogPod;
  /** Aborted to end the stream that is being read. */
  #reading = new AbortController();
  /** Aborted to end a wait early. */
  #waiting = new AbortController();
  #paused = false;
  /** Whether `#pod` may be out of date, because something failed. */
  #doubtful = false;
  /** The run that is being read, or was last. */
  #run: string | undefined;
  /** Whether a stream of a current run was opened, so that later ones go on from where it ended. */
  #begun = false;
  /** A run of which everything has been read. */
  #finished: string | undefined;
  /** What to say before the next line. */
  #seam: string | undefined;
  #lines = 0;
  #at = 0;
  #severity: Severity = 'unknown';
  #wait = FIRST_WAIT_MS;
  #seenRunning = false;

  constructor(options: ContainerLogOptions) {
    this.#options = options;
    this.#pod = options.pod;
    void this.#follow();
  }

  /** Call when the pod has changed, or, without it, when it has disappeared. */
  update(pod?: LogPod): void {
    this.#waiting.abort();
    if (pod === undefined) return;
    this.#pod = pod;
    const run = this.#containerOf(pod)?.run;
    // The stream that is being read is of the run before, or was so when it was opened.
    if (this.#run !== undefined && run !== undefined && run !== this.#run) this.#reading.abort();
  }

  /** Stops reading until `resume`. Nothing is lost meanwhile that the node keeps. */
  pause(): void {
    this.#paused = true;
    this.#reading.abort();
    this.#waiting.abort();
  }

  resume(): void {
    this.#paused = false;
    this.#waiting.abort();
  }

  stop(): void {
    this.#stop.abort();
    this.#reading.abort();
    this.#waiting.abort();
  }

  async #follow(): Promise<void> {
    const { around, onState } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#waiting = new AbortController();
      this.#reading = new AbortController();
      if (this.#paused) {
        onState({ state: 'paused' });
        await aborted(this.#waiting.signal);
        this.#seam = 'Paused until here';
        this.#doubtful = true;
        continue;
      }
      const before = this.#lines;
      let last: ContainerLogState | undefined;
      try {
        last = await this.#attempt(this.#reading.signal);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#doubtful = true;
        if (this.#paused) continue;
        if (this.#reading.signal.aborted) this.#wait = 0;
        else last = this.#afterFailure(error);
      }
      if (last !== undefined) {
        onState(last);
        return;
      }
      if (this.#lines > before) this.#wait = Math.min(this.#wait, FIRST_WAIT_MS);
      // Many streams usually break together, and must not all come back at the same moment.
      await around.delay(this.#wait * (0.5 + around.random() / 2), this.#waiting.signal);
      this.#wait = Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, this.#wait * 2));
    }
  }

  /** Reads what there is to read now, until the stream ends. @returns the last state, if nothing will ever follow. */
  async #attempt(signal: AbortSignal): Promise<ContainerLogState | undefined> {
    const { container: name, previous } = this.#options;
    if (this.#doubtful && (await this.#look(signal)) === undefined) return this.#ended(POD_GONE);
    this.#doubtful = false;
    const container = this.#containerOf(this.#pod);
    if (container === undefined) return this.#ended('The pod has no such container.');
    if (previous) {
      await this.#read(container, { previous: true }, signal);
      return this.#ended('End of the previous container’s log.');
    }
    const running = container.state === 'running';
    if (running || (container.run !== undefined && container.run !== this.#finished)) {
      this.#seenRunning ||= running;
      if (this.#run === undefined || this.#run !== container.run) await this.#catchUp(container, signal);
      await this.#read(container, { previous: false }, signal);
      // Other streams end at a rotation too: only one that was opened after the end of a run has read it to the end.
      if (running) this.#seam ??= ENDED;
      else this.#finished = container.run;
    }
    const pod = await this.#look(signal);
    if (pod === undefined) return this.#ended(POD_GONE);
    const { final, message } = endingOf(pod, name);
    const now = this.#containerOf(pod);
    const hasMore = now?.state !== 'running' && now?.run !== undefined && now.run !== this.#finished;
    if (final && !hasMore) return this.#ended(message);
    if (hasMore) this.#wait = 0;
    this.#options.onState({ state: 'waiting', message: message || 'The stream ended. Resuming…' });
    return undefined;
  }

  /** Before a run is read for the first time: reads the rest of the run before it, and marks the restart. */
  async #catchUp(container: LogContainer, signal: AbortSignal): Promise<void> {
    const { previous } = container;
    const first = this.#run === undefined;
    if (previous !== undefined && (!first || this.#reaches(previous.endedAt))) {
      if (previous.run !== this.#finished) await this.#readPrevious(container, signal);
      if (this.#lines > 0)
        this.#mark(restartOf(previous, { skipped: !first && previous.run !== this.#run }), previous.endedAt);
    }
    this.#seam = undefined;
    this.#run = container.run;
  }

  async #readPrevious(container: LogContainer, signal: AbortSignal): Promise<void> {
    try {
      await this.#read(container, { previous: true }, signal);
    } catch (error) {
      // Nodes do not always keep the log of the previous run.
      if (!(error instanceof KubeError && error.lasting && error.status !== 403)) throw error;
    }
  }

  /** Reads one stream to its end. */
  async #read(container: LogContainer, { previous }: { previous: boolean }, signal: AbortSignal): Promise<void> {
    const { cluster, from, slices } = this.#options;
    const { namespace, name: pod } = this.#pod;
    const { sinceTime } = this.#resumption;
    const resuming = this.#begun && sinceTime !== undefined;
    this.#resumption.resume();
    const request = { namespace, pod, container: container.name, previous, from: resuming ? { sinceTime } : from };
    const chunks = await cluster.open(request, signal);
    if (!previous) this.#begun = true;
    if (resuming) await this.#verify(container, { previous }, signal);
    if (!previous) this.#options.onState({ state: 'following' });
    const splitter = new LineSplitter({ longest: LONGEST_LINE });
    for await (const chunk of chunks) {
      this.#add(splitter.push(chunk));
      await slices.turn();
      signal.throwIfAborted();
    }
    this.#add(splitter.end());
  }

  /**
   * Breaks off if the stream may be of another run than was meant, because a request names none. Runs do not recur: one that is the
   * current one now was so when the stream was opened.
   */
  async #verify(container: LogContainer, { previous }: { previous: boolean }, signal: AbortSignal): Promise<void> {
    const runOf = (one: LogContainer | undefined) => (previous ? one?.previous?.run : one?.run);
    try {
      const pod = await this.#look(signal);
      if (pod === undefined || runOf(this.#containerOf(pod)) !== runOf(container)) this.#reading.abort();
    } catch (error) {
      // Some people may read logs but not pods.
      if (!(error instanceof KubeError && error.lasting)) throw error;
    }
    signal.throwIfAborted();
  }

  #containerOf(pod: LogPod): LogContainer | undefined {
    return pod.containers.find(({ name }) => name === this.#options.container);
  }

  async #look(signal: AbortSignal): Promise<LogPod | undefined> {
    const { namespace, name, uid } = this.#pod;
    const pod = await this.#options.cluster.pod({ namespace, pod: name }, signal);
    if (pod === undefined || pod.uid !== uid) return undefined;
    this.#pod = pod;
    return pod;
  }

  #add(written: readonly string[]): void {
    const added: ContainerLine[] = [];
    for (const one of written) {
      const line = readLogLine(one);
      const at = line.time === '' ? Number.NaN : instantOf(line.time);
      if (!this.#resumption.isNew(one, at)) continue;
      if (this.#seam !== undefined && this.#lines > 0) added.push(this.#seamOf(this.#seam));
      this.#seam = undefined;
      this.#lines++;
      // Clocks are set back, and the lines of stdout and stderr may overlap.
      if (at > this.#at) this.#at = at;
      this.#severity = severityOf(line.text, this.#severity);
      added.push({ ...line, at: this.#at, severity: this.#severity });
    }
    if (added.length > 0) this.#options.onLines(added);
  }

  #mark(text: string, time: string | undefined): void {
    this.#options.onLines([this.#seamOf(text, time)]);
  }

  #seamOf(text: string, time = new Date(this.#options.around.now()).toISOString()): ContainerLine {
    return { time, raw: text, text, at: this.#at, severity: 'unknown', seam: true };
  }

  #afterFailure(error: unknown): ContainerLogState | undefined {
    if (error instanceof KubeError && error.lasting && error.status !== 404 && !isStarting(error)) {
      const message = hasNoPrevious(error) ? NO_PREVIOUS : error.message;
      return this.#lines === 0 ? { state: 'failed', message } : this.#ended(message);
    }
    this.#seam = LOST;
    this.#options.onState({ state: 'waiting', message: sentenceOf(error) });
    return undefined;
  }

  #ended(message: string): ContainerLogState {
    return { state: 'ended', message, seen: this.#seenRunning };
  }

  /** Whether what is wanted begins before the end of a run. */
  #reaches(endedAt: string | undefined): boolean {
    const { from, around } = this.#options;
    if (from.sinceSeconds === undefined || endedAt === undefined) return true;
    return Date.parse(endedAt) > around.now() - from.sinceSeconds * 1000;
  }
}

function restartOf({ exitCode }: NonNullable<LogContainer['previous']>, { skipped }: { skipped: boolean }): string {
  const how =
    exitCode === undefined ? 'The container restarted' : `The container restarted after exit code ${exitCode}`;
  return skipped ? `${how}, more than once: its node keeps only the last two logs` : how;
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The kubelet's message: `previous terminated container "x" in pod "y" not found`. */
function hasNoPrevious(error: KubeError): boolean {
  return error.status === 400 && /previous terminated container .* not found/.test(error.message);
}

/** Whether the container has not started yet, for which the response is a 400 too. */
function isStarting(error: KubeError): boolean {
  return error.status === 400 && /waiting to start|ContainerCreating|PodInitializing/i.test(error.message);
}
