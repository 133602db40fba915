import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import { kubeFetch, kubeJson } from '#features/kube/kube-fetch.ts';
import { LineSplitter } from '#features/kube/lines.ts';
import { browserSurroundings } from '#features/kube/surroundings.ts';
import { type PodContainers, podPath, readContainers } from '#features/pods/pod-containers.ts';
import type { PodTarget } from '#features/pods/pod-target.ts';
import { type LogLine, readLogLine } from './log-line.ts';
import { Resumption } from './resumption.ts';

export interface LogChoice {
  container: string;
  /** Whether to read the log of the container's previous run. */
  previous: boolean;
  /** Only this many recent seconds; if undefined, the last lines, whatever their age. */
  sinceSeconds: number | undefined;
}

export type LogState =
  | { state: 'loading' }
  | { state: 'following' }
  | { state: 'waiting'; message: string }
  | { state: 'ended'; message: string }
  | { state: 'failed'; message: string };

export interface LogSnapshot {
  lines: readonly LogLine[];
  /** Number of lines dropped from the beginning, because there are too many. */
  dropped: number;
  state: LogState;
}

export interface LogFeedOptions {
  target: PodTarget;
  choice: LogChoice;
  onChange: () => void;
}

const TAIL = 2000;
/** Maximum number of lines kept. */
const MOST_LINES = 50_000;
const LONGEST_LINE = 64 * 1024;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;

/** Follows the log of one container. A broken stream is resumed without a gap, and a seam marks the place. */
export class LogFeed {
  readonly #options: LogFeedOptions;
  readonly #stop = new AbortController();
  readonly #resumption = new Resumption();
  #lines: LogLine[] = [];
  #dropped = 0;
  #state: LogState = { state: 'loading' };
  #snapshot: LogSnapshot = { lines: [], dropped: 0, state: this.#state };
  #frame: number | undefined;
  #nextId = 0;

  constructor(options: LogFeedOptions) {
    this.#options = options;
    void this.#run();
  }

  /** The current snapshot; the same object between frames. */
  get snapshot(): LogSnapshot {
    return this.#snapshot;
  }

  stop(): void {
    this.#stop.abort();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let wait = FIRST_WAIT_MS;
    let seam = '';
    while (!signal.aborted) {
      const before = this.#nextId;
      try {
        await this.#stream(seam);
        if (this.#options.choice.previous) {
          this.#set({ state: 'ended', message: 'End of the previous run.' });
          return;
        }
        const ending = await this.#ending();
        if (ending.final) {
          this.#set({ state: 'ended', message: ending.message });
          return;
        }
        seam = ending.message === '' ? 'The stream ended and was resumed' : ending.message;
        this.#set({ state: 'waiting', message: ending.message || 'The stream ended. Resuming…' });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof KubeError && error.lasting && !isStarting(error)) {
          this.#set(
            this.#lines.length === 0
              ? { state: 'failed', message: hasNoPrevious(error) ? NO_PREVIOUS : error.message }
              : { state: 'ended', message: error.message },
          );
          return;
        }
        seam = 'The connection was lost and came back';
        this.#set({ state: 'waiting', message: sentenceOf(error) });
      }
      if (this.#nextId > before) wait = FIRST_WAIT_MS;
      await browserSurroundings.delay(wait, signal);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    }
  }

  async #stream(seam: string): Promise<void> {
    const { target, choice } = this.#options;
    const { sinceTime } = this.#resumption;
    const resuming = sinceTime !== undefined;
    this.#resumption.resume();
    const response = await kubeFetch(target.ref, `${podPath(target)}/log`, {
      accept: '*/*',
      params: {
        container: choice.container,
        follow: !choice.previous,
        previous: choice.previous || undefined,
        timestamps: true,
        ...(resuming
          ? { sinceTime }
          : choice.sinceSeconds === undefined
            ? { tailLines: TAIL }
            : { sinceSeconds: choice.sinceSeconds }),
      },
      signal: this.#stop.signal,
    });
    let pendingSeam = resuming ? seam : '';
    this.#set({ state: 'following' });
    if (response.body === null) return;
    const reader = response.body.getReader();
    const splitter = new LineSplitter({ longest: LONGEST_LINE });
    const add = (written: readonly string[]) => {
      for (const one of written) {
        const line = readLogLine(one);
        if (!this.#resumption.isNew(line)) continue;
        if (pendingSeam !== '') this.#push({ time: '', raw: pendingSeam, text: pendingSeam, seam: true });
        pendingSeam = '';
        this.#push(line);
      }
    };
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        add(splitter.push(value));
      }
      add(splitter.end());
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  /** Finds out why a stream ended: the container ended, the pod ended, or only the stream. */
  async #ending(): Promise<{ final: boolean; message: string }> {
    const { target, choice } = this.#options;
    let pod: unknown;
    try {
      pod = await kubeJson(target.ref, podPath(target), { signal: this.#stop.signal });
    } catch (error) {
      if (error instanceof KubeError && error.status === 404)
        return { final: true, message: 'The pod no longer exists. This page keeps the lines it has received.' };
      // Without the right to read the pod, this is final; if it cannot be reached, the next attempt will tell.
      return { final: error instanceof KubeError && error.lasting, message: sentenceOf(error) };
    }
    return endingOf(readContainers(pod), choice.container);
  }

  #push(line: Omit<LogLine, 'id'>): void {
    this.#lines.push({ ...line, id: this.#nextId++ });
    this.#schedule();
  }

  #set(state: LogState): void {
    this.#state = state;
    this.#schedule();
  }

  #schedule(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      const over = this.#lines.length - MOST_LINES;
      // Drops several lines at once, so that a long log is not copied for every line.
      if (over > MOST_LINES / 10) {
        this.#lines = this.#lines.slice(over);
        this.#dropped += over;
      }
      this.#snapshot = { lines: this.#lines.slice(), dropped: this.#dropped, state: this.#state };
      this.#options.onChange();
    });
  }
}

const NO_PREVIOUS = 'There is no previous run: the container has not restarted.';

/** The kubelet's message: `previous terminated container "x" in pod "y" not found`. */
function hasNoPrevious(error: KubeError): boolean {
  return error.status === 400 && /previous terminated container .* not found/.test(error.message);
}

/** Whether the container has not started yet, for which the response is a 400 too. */
function isStarting(error: KubeError): boolean {
  return error.status === 400 && /waiting to start|ContainerCreating|PodInitializing/i.test(error.message);
}

/** What the end of a stream means, given the pod's state. Without a message, only the stream has ended. */
export function endingOf(pod: PodContainers, name: string): { final: boolean; message: string } {
  const container = pod.containers.find((one) => one.name === name);
  const over = container?.state === 'terminated';
  const how =
    over && container.exitCode !== undefined ? `The container ended with exit code ${container.exitCode}` : '';
  if (pod.over || (over && container.kind !== 'container')) {
    return { final: true, message: `${how || 'The pod has ended'}.` };
  }
  if (over) return { final: false, message: `${how || 'The container has ended'}; it will be started again` };
  if (container?.state === 'waiting') return { final: false, message: 'The container is waiting to start' };
  return { final: false, message: '' };
}
