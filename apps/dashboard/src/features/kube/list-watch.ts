import type { Freshness } from '#features/freshness/freshness.ts';
import { KubeError, sentenceOf } from './kube-error.ts';

export interface ListPage<T> {
  items: readonly T[];
  resourceVersion: string;
  /** Token of the next page; empty at the end. */
  next: string;
  remaining: number | undefined;
}

export type WatchChange<T> =
  | { type: 'put'; item: T; resourceVersion: string }
  | { type: 'remove'; key: string; resourceVersion: string }
  | { type: 'bookmark'; resourceVersion: string };

/** A source of objects. Both calls throw KubeError for an error response. */
export interface Source<T> {
  key: (item: T) => string;
  /** `wanted`: how many more items the caller takes, if there are so many; a source may fetch the next page ahead. */
  list: (next: string, how: { wanted: number; signal: AbortSignal }) => Promise<ListPage<T>>;
  /** Undefined if this kind cannot be watched. */
  watch: OpenWatch<T> | undefined;
}

/** Resolves with the response head; the iteration ends when the server ends the watch. */
type OpenWatch<T> = (resourceVersion: string, signal: AbortSignal) => Promise<AsyncIterable<WatchChange<T>>>;

export interface Sink<T> {
  put: (items: readonly T[], how: { live: boolean }) => void;
  remove: (keys: readonly string[]) => void;
  /** Called when the sink has the whole list, or its first `most` items if it is truncated. */
  listed: (how: { truncated: boolean }) => void;
  freshness: (freshness: Freshness) => void;
}

/** The environment of a ListWatch; faked in tests. */
export interface Surroundings {
  now: () => number;
  /** A number from 0 to 1. */
  random: () => number;
  /** Resolves early, without an error, when the signal aborts. */
  delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Whether the page has been hidden for a while. */
  attention: {
    paused: () => boolean;
    onChange: (listener: () => void) => () => void;
  };
  /** The connection to the gateway, which all requests share. */
  link: {
    /** When anything was last received over it: until then, an open watch without changes was up to date. */
    heardAt: () => number;
    /** Calls back when it works again after it was lost; what was open on it has been aborted. */
    onBack: (listener: () => void) => () => void;
  };
  /** Allows another watch. @returns a function that ends the allowance, or undefined if the page has too many. */
  acquireWatch: () => (() => void) | undefined;
}

export interface ListWatchOptions<T> {
  source: Source<T>;
  sink: Sink<T>;
  around: Surroundings;
  /** Stops listing pages at this number of items, and adds no more from the watch. Default: no limit. */
  most?: number | undefined;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** How long to wait after a permanent error, in milliseconds: somebody may have fixed the cause. */
const LASTING_RETRY_MS = 60_000;
const POLL_MS = 30_000;
/** A watch that ended sooner than this counts as a failure, in milliseconds. */
const SETTLED_MS = 5_000;

/**
 * Keeps a sink in sync with a list on the server: lists in pages, watches from there, resumes when the watch ends, and after a
 * 410 lists again and removes deleted objects. Never gives up before `stop`.
 */
export class ListWatch<T> {
  readonly #source: Source<T>;
  readonly #sink: Sink<T>;
  readonly #around: Surroundings;
  readonly #most: number;
  readonly #stop = new AbortController();
  readonly #keys = new Set<string>();
  #truncated = false;
  #wake = new AbortController();
  #resourceVersion: string | undefined;
  #failures = 0;
  #hasData = false;
  #lastHeard = 0;
  #isWatching = false;
  #sorry: Freshness | undefined;

  constructor(options: ListWatchOptions<T>) {
    this.#source = options.source;
    this.#sink = options.sink;
    this.#around = options.around;
    this.#most = options.most ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves when stopped. */
  async run(): Promise<void> {
    const { attention, link } = this.#around;
    const unlink = link.onBack(() => this.retry());
    while (!this.#stop.signal.aborted) {
      if (attention.paused()) await this.#pause();
      const round = new AbortController();
      const unlisten = attention.onChange(() => attention.paused() && round.abort());
      try {
        await this.#round(AbortSignal.any([this.#stop.signal, round.signal]));
      } catch (error) {
        if (!this.#stop.signal.aborted && !round.signal.aborted) await this.#recover(error);
      } finally {
        unlisten();
      }
    }
    unlink();
  }

  stop(): void {
    this.#stop.abort();
    this.#wake.abort();
  }

  /** Retries now instead of waiting; while a request is in progress, at once if that fails. */
  retry(): void {
    this.#failures = 0;
    this.#wake.abort();
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (this.#resourceVersion === undefined) await this.#list(signal);
    const { watch } = this.#source;
    const release = watch === undefined ? undefined : this.#around.acquireWatch();
    if (watch === undefined || release === undefined) {
      const reason = watch === undefined ? 'This kind cannot be watched.' : 'Too many views are live at once.';
      this.#resourceVersion = undefined;
      this.#failures = 0;
      this.#report({ state: 'polled', at: this.#around.now(), everyMs: POLL_MS, reason });
      await this.#wait(POLL_MS, signal);
      return;
    }
    try {
      await this.#watch(watch, signal);
    } finally {
      release();
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const seen = new Set<string>();
    let loaded = 0;
    let next = '';
    let version = '';
    if (this.#sorry === undefined) this.#reportListing(0, undefined);
    do {
      const page = await this.#source.list(next, { wanted: this.#most - loaded, signal });
      for (const item of page.items) seen.add(this.#source.key(item));
      loaded += page.items.length;
      // Later pages should have the same version; if not, watching from the earlier one only repeats known changes.
      if (version === '') version = page.resourceVersion;
      next = page.next;
      this.#sink.put(page.items, { live: false });
      for (const item of page.items) this.#keys.add(this.#source.key(item));
      if (next !== '') this.#reportListing(loaded, page.remaining);
    } while (next !== '' && loaded < this.#most);
    this.#truncated = next !== '';
    const gone = [...this.#keys].filter((key) => !seen.has(key));
    for (const key of gone) this.#keys.delete(key);
    if (gone.length > 0) this.#sink.remove(gone);
    this.#resourceVersion = version;
    this.#hasData = true;
    this.#lastHeard = this.#around.now();
    this.#sink.listed({ truncated: this.#truncated });
  }

  async #watch(watch: OpenWatch<T>, signal: AbortSignal): Promise<void> {
    const changes = await watch(this.#resourceVersion ?? '', signal);
    const started = this.#around.now();
    this.#isWatching = true;
    this.#report({ state: 'live', since: started });
    for await (const change of changes) {
      this.#lastHeard = this.#around.now();
      this.#failures = 0;
      if (change.type === 'put') {
        const key = this.#source.key(change.item);
        if (this.#hasRoomFor(key)) {
          this.#keys.add(key);
          this.#sink.put([change.item], { live: true });
        }
      } else if (change.type === 'remove') {
        this.#keys.delete(change.key);
        this.#sink.remove([change.key]);
      }
      if (change.resourceVersion !== '') this.#resourceVersion = change.resourceVersion;
    }
    signal.throwIfAborted();
    this.#lastHeard = this.#around.now();
    this.#isWatching = false;
    // Servers end watches from time to time; back off only if they repeatedly end at once.
    if (this.#around.now() - started >= SETTLED_MS) this.#failures = 0;
    else await this.#wait(this.#backoff(), signal);
  }

  /** The rest of a truncated list is unknown: it accepts new objects only in place of deleted ones. */
  #hasRoomFor(key: string): boolean {
    return !this.#truncated || this.#keys.has(key) || this.#keys.size < this.#most;
  }

  async #recover(error: unknown): Promise<void> {
    const now = this.#around.now();
    // An open watch was up to date for as long as the connection was.
    if (this.#isWatching) this.#lastHeard = Math.max(this.#lastHeard, this.#around.link.heardAt());
    this.#isWatching = false;
    if (error instanceof KubeError && (error.status === 410 || error.reason === 'Expired')) {
      this.#resourceVersion = undefined;
      this.#report({ state: 'catching-up', since: now });
      await this.#wait(this.#failures === 0 ? 0 : this.#backoff(), this.#stop.signal);
      this.#failures++;
      return;
    }
    if (error instanceof KubeError && error.lasting) {
      this.#resourceVersion = undefined;
      const { message } = error;
      const retryAt = now + LASTING_RETRY_MS;
      this.#report(error.status === 403 ? { state: 'denied', message } : { state: 'failed', message, retryAt });
      await this.#wait(LASTING_RETRY_MS, this.#stop.signal);
      return;
    }
    const wait = this.#backoff();
    const reason = sentenceOf(error);
    const retryAt = now + wait;
    if (this.#hasData) this.#report({ state: 'stale', since: this.#lastHeard, reason, retryAt });
    else this.#report({ state: 'failed', message: reason, retryAt });
    await this.#wait(wait, this.#stop.signal);
  }

  async #pause(): Promise<void> {
    const { attention } = this.#around;
    const now = this.#around.now();
    if (this.#isWatching) this.#lastHeard = now;
    this.#report({ state: 'paused', since: now });
    await new Promise<void>((resolve) => {
      const done = () => {
        if (attention.paused() && !this.#stop.signal.aborted) return;
        unlisten();
        resolve();
      };
      const unlisten = attention.onChange(done);
      this.#stop.signal.addEventListener('abort', done, { once: true });
      done();
    });
    if (this.#hasData && !this.#stop.signal.aborted) this.#report({ state: 'catching-up', since: this.#lastHeard });
  }

  #backoff(): number {
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures++;
    return longest * (0.5 + this.#around.random() / 2);
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    await this.#around.delay(milliseconds, AbortSignal.any([this.#wake.signal, signal]));
    this.#wake = new AbortController();
  }

  #reportListing(loaded: number, remaining: number | undefined): void {
    if (this.#hasData) this.#report({ state: 'catching-up', since: this.#around.now() });
    else this.#report({ state: 'loading', loaded, remaining });
  }

  #report(freshness: Freshness): void {
    // A failed view shows its error until it has data again; it does not flicker to "loading" at each attempt.
    this.#sorry =
      freshness.state === 'denied' || freshness.state === 'failed' || freshness.state === 'stale'
        ? freshness
        : undefined;
    this.#sink.freshness(freshness);
  }
}
