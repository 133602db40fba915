import type { Schedule } from '#features/kube/live-store.ts';
import { WatchBudget } from '#features/kube/watch-budget.ts';
import { type ContainerChoice, chosenOf } from './container-choice.ts';
import { type ContainerLine, ContainerLog, type ContainerLogOptions, type ContainerLogState } from './container-log.ts';
import { LineRing } from './line-ring.ts';
import { introduce, type LineSource } from './line-source.ts';
import { LineView, type ShownLines } from './line-view.ts';
import type { LineTest } from './log-filter.ts';
import type { LogLine } from './log-line.ts';
import type { LogContainer, LogPod } from './log-pod.ts';
import { type LogState, overallState, type SourceState } from './log-state.ts';
import { Slices } from './slices.ts';

export interface LogSnapshot extends ShownLines {
  /** Number of lines dropped from the beginning, because of the limit on memory. */
  dropped: number;
  /** Number of lines received. */
  total: number;
  sources: readonly SourceState[];
  state: LogState;
}

export interface LogFeedOptions extends Pick<ContainerLogOptions, 'cluster' | 'around' | 'previous' | 'from'> {
  containers: ContainerChoice;
  /** Whether all pods belong to one workload, so that the end of a pod's name distinguishes it. */
  one: boolean;
  schedule: Schedule;
}

/** Memory for lines, in bytes: 100,000 lines of 60 characters. */
export const MOST_BYTES = 32 * 1024 * 1024;
/** Most containers that a log follows at once. */
export const MOST_CONTAINERS = 30;
/** Most containers that all logs of a page follow at once: a connection to the gateway has 256 streams for everything. */
const MOST_STREAMS = 120;
/** The shortest time between two changes of what is shown, in milliseconds. */
const INTERVAL_MS = 100;
/** A change is followed by a rest of so many times what it took, so that a slow page answers to other things, too. */
const RESTS = 3;
/** How long filtering may take before the page has its turn, in milliseconds. */
const SLICE_MS = 10;
/** Lines that arrive together are placed together, in this number at most. */
const MOST_AT_ONCE = 2000;

/** How many containers that are gone remain in the list. */
const MOST_GONE = 100;

const streams = new WatchBudget(MOST_STREAMS);

interface Followed {
  source: LineSource;
  pod: LogPod;
  state: ContainerLogState;
  wanted: boolean;
  log: ContainerLog | undefined;
  release: (() => void) | undefined;
}

const LOADING: ContainerLogState = { state: 'loading' };

/**
 * The log of several containers: follows those of the pods that it is told about, merges their lines by time, and publishes what a
 * filter leaves of them.
 */
export class LogFeed {
  readonly #options: LogFeedOptions;
  readonly #ring = new LineRing({ mostBytes: MOST_BYTES });
  readonly #view = new LineView();
  readonly #slices = new Slices();
  readonly #sources = new Map<string, Followed>();
  readonly #listeners = new Set<() => void>();
  #arrived: LogLine[] = [];
  /** Seams for the end, which are shown as one. */
  #marks: string[] = [];
  #nextId = 0;
  #total = 0;
  #newest = 0;
  #test: LineTest | undefined;
  #search = '';
  #loaded = false;
  #paused = false;
  #stopped = false;
  #scheduled = false;
  #published = Number.NEGATIVE_INFINITY;
  /** How long the page took to show the last change, in milliseconds. */
  #cost = 0;
  #snapshot: LogSnapshot = EMPTY;

  constructor(options: LogFeedOptions) {
    this.#options = options;
  }

  /** The current snapshot; the same object until the listeners are called. */
  get snapshot(): LogSnapshot {
    return this.#snapshot;
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells which pods there are now. Those that come later join; of those that go, the lines stay. */
  setPods(pods: readonly LogPod[]): void {
    const found = new Set<string>();
    const joined: Followed[] = [];
    for (const pod of pods) {
      const containers = chosenOf(pod, this.#options.containers);
      for (const container of containers) {
        const key = `${pod.uid} ${container.name}`;
        found.add(key);
        const known = this.#sources.get(key);
        if (known === undefined)
          joined.push(this.#introduce(key, { pod, container, hasSiblings: containers.length > 1 }));
        else {
          known.pod = pod;
          known.log?.update(pod);
        }
      }
    }
    for (const [key, { log }] of this.#sources) {
      if (found.has(key)) continue;
      if (log === undefined) this.#sources.delete(key);
      else log.update();
    }
    this.#forget(found);
    this.#follow(joined);
    this.#loaded = true;
    this.#schedule();
  }

  /** Changes which lines are shown, and what is searched for in them. */
  setQuery({ test, search }: { test: LineTest | undefined; search: string }): void {
    this.#test = test;
    this.#search = search;
    this.#ask();
  }

  /** Follows a container, if no more than the limit are followed, or stops following and hides it. */
  want(key: string, wanted: boolean): void {
    const followed = this.#sources.get(key);
    if (followed === undefined || followed.wanted === wanted) return;
    if (wanted) this.#start(followed);
    else {
      followed.wanted = false;
      if (!isOver(followed.state)) followed.log?.pause();
      followed.release?.();
      followed.release = undefined;
    }
    this.#ask();
  }

  pause(): void {
    this.#paused = true;
    for (const { log, state } of this.#sources.values()) if (!isOver(state)) log?.pause();
    this.#schedule();
  }

  resume(): void {
    this.#paused = false;
    for (const { log, wanted } of this.#sources.values()) if (wanted) log?.resume();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    for (const { log, release } of this.#sources.values()) {
      log?.stop();
      release?.();
    }
  }

  /** All lines that are kept, shown or not. */
  get lines(): readonly LogLine[] {
    this.#place();
    return this.#ring.lines;
  }

  #introduce(
    key: string,
    { pod, container, hasSiblings }: { pod: LogPod; container: LogContainer; hasSiblings: boolean },
  ): Followed {
    const { namespace, name, templateHash } = pod;
    const identity = { key, namespace, pod: name, container: container.name, templateHash, hasSiblings };
    const others = [...this.#sources.values()].filter(({ state }) => !isOver(state)).map(({ source }) => source);
    const source = introduce(identity, others, { one: this.#options.one });
    const followed: Followed = { source, pod, state: LOADING, wanted: false, log: undefined, release: undefined };
    this.#sources.set(key, followed);
    return followed;
  }

  /** Forgets containers that are long gone, of which a CronJob makes many. Their lines keep their names. */
  #forget(found: ReadonlySet<string>): void {
    const gone = [...this.#sources].filter(([key, { state }]) => !found.has(key) && isOver(state));
    for (const [key] of gone.slice(0, Math.max(0, gone.length - MOST_GONE))) this.#sources.delete(key);
  }

  /** Follows as many new containers as there is room for, those that are running and new first. */
  #follow(joined: readonly Followed[]): void {
    const isRunning = ({ pod }: Followed) => Number(!pod.over);
    const inOrder = joined.toSorted(
      (a, b) => isRunning(b) - isRunning(a) || b.pod.createdAt.localeCompare(a.pod.createdAt),
    );
    const started = inOrder.filter((followed) => this.#start(followed));
    if (!this.#loaded) return;
    const pods = new Set(started.map(({ pod }) => pod.name));
    for (const pod of pods) this.#mark(`Pod ${pod} joined`);
  }

  /** @returns whether there was room for it. */
  #start(followed: Followed): boolean {
    const running = [...this.#sources.values()].filter(({ wanted, state }) => wanted && !isOver(state));
    if (running.length >= MOST_CONTAINERS) return false;
    const needsStream = !isOver(followed.state);
    const release = needsStream ? streams.acquire() : undefined;
    if (needsStream && release === undefined) return false;
    followed.wanted = true;
    followed.release = release;
    if (followed.log === undefined) this.#open(followed);
    else if (!this.#paused) followed.log.resume();
    return true;
  }

  #open(followed: Followed): void {
    const { cluster, around, previous, from } = this.#options;
    const { source, pod } = followed;
    followed.log = new ContainerLog({
      cluster,
      around,
      previous,
      from,
      pod,
      container: source.container,
      slices: this.#slices,
      onLines: (lines) => this.#receive(source, lines),
      onState: (state) => this.#changeState(followed, state),
    });
    if (this.#paused) followed.log.pause();
  }

  #changeState(followed: Followed, state: ContainerLogState): void {
    followed.state = state;
    if (isOver(state)) {
      followed.release?.();
      followed.release = undefined;
    }
    if (state.state === 'ended' && state.seen && this.#sources.size > 1) {
      const { pod, container } = followed.source;
      const siblings = [...this.#sources.values()].filter(({ source }) => source.pod === pod);
      if (siblings.length === 1) this.#mark(`Pod ${pod} ended`);
      else if (siblings.every((one) => isOver(one.state))) this.#mark(`Pod ${pod} ended`);
      else if (followed.pod.containers.some(({ name }) => name === container))
        this.#mark(`Container ${pod}/${container} ended`);
    }
    this.#schedule();
  }

  #receive(source: LineSource, lines: readonly ContainerLine[]): void {
    if (this.#stopped) return;
    for (const line of lines) {
      this.#arrived.push({ ...line, source, id: this.#nextId++ });
      if (line.seam !== true) this.#total++;
      if (line.at > this.#newest) this.#newest = line.at;
    }
    if (this.#arrived.length >= MOST_AT_ONCE) this.#place();
    this.#schedule();
  }

  /** Adds a seam at the end: between what was written before, and what will be. */
  #mark(text: string): void {
    this.#marks.push(text);
    this.#schedule();
  }

  #ask(): void {
    const hidden = new Set([...this.#sources.values()].filter(({ wanted }) => !wanted).map(({ source }) => source.key));
    const test = this.#test;
    const isShown = ({ source }: LogLine) => source === undefined || !hidden.has(source.key);
    this.#view.setQuery({
      test: hidden.size === 0 ? test : (line) => isShown(line) && (test === undefined || test(line)),
      search: this.#search,
    });
    this.#schedule();
  }

  #place(): void {
    if (this.#marks.length > 0) {
      const text = [...new Set(this.#marks)].join(' · ');
      this.#marks = [];
      const time = new Date(this.#options.around.now()).toISOString();
      const seam = { time, raw: text, text, at: this.#newest, severity: 'unknown', seam: true } as const;
      this.#arrived.push({ ...seam, source: undefined, id: this.#nextId++ });
    }
    if (this.#arrived.length === 0) return;
    const arrived = this.#arrived;
    this.#arrived = [];
    this.#view.apply(this.#ring.add(arrived));
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    const publish = () => this.#publish();
    const wait = this.#published + Math.max(INTERVAL_MS, RESTS * this.#cost) - performance.now();
    if (wait > 0) setTimeout(publish, wait);
    else this.#options.schedule(publish);
  }

  #publish(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    this.#place();
    const start = performance.now();
    const until = start + SLICE_MS;
    const complete = this.#view.work(this.#ring.lines, () => performance.now() < until);
    this.#published = complete ? performance.now() : Number.NEGATIVE_INFINITY;
    if (!complete) this.#schedule();
    const sources = [...this.#sources.values()].map(({ source, state, wanted }) => ({ source, state, wanted }));
    this.#snapshot = {
      ...this.#view.shown,
      dropped: this.#ring.dropped,
      total: this.#total,
      sources,
      state: overallState(sources, { paused: this.#paused, loaded: this.#loaded }),
    };
    for (const listener of this.#listeners) listener();
    // After the page has been rendered, which the listeners only request.
    setTimeout(() => {
      this.#cost = performance.now() - start;
    });
  }
}

export const EMPTY: LogSnapshot = {
  lines: [],
  removed: 0,
  matches: [],
  dropped: 0,
  total: 0,
  sources: [],
  state: { state: 'loading' },
};

const isOver = ({ state }: ContainerLogState): boolean => state === 'ended' || state === 'failed';
