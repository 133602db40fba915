/** Whether code that is loaded on demand is there. After a failure it is tried again by itself. */
export type ChunkState<T> =
  | { readonly state: 'waiting' | 'failed'; readonly content?: undefined }
  | { readonly state: 'loaded'; readonly content: T };

export interface ChunkOptions<T> {
  load: () => Promise<T>;
  /** Calls back later; for tests. @returns a function that cancels it. */
  later?: (callback: () => void, milliseconds: number) => () => void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;
const WAITING = { state: 'waiting' } as const;
const FAILED = { state: 'failed' } as const;

function afterTimeout(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

/**
 * Code that is loaded on demand, once, and then kept. While somebody waits for it, a failure is followed by further attempts, at
 * most 5 s apart: React's `lazy` would keep the failure instead.
 */
export class Chunk<T> {
  readonly #load: () => Promise<T>;
  readonly #later: NonNullable<ChunkOptions<T>['later']>;
  readonly #listeners = new Set<() => void>();
  #state: ChunkState<T> = WAITING;
  #loading: Promise<void> | undefined;
  #failures = 0;
  #cancelRetry: () => void = () => undefined;

  constructor({ load, later = afterTimeout }: ChunkOptions<T>) {
    this.#load = load;
    this.#later = later;
  }

  get state(): ChunkState<T> {
    return this.#state;
  }

  /** Loads it now, unless it is loaded or being loaded. @returns a promise that never rejects. */
  load(): Promise<void> {
    if (this.#state.state === 'loaded') return Promise.resolve();
    this.#cancelRetry();
    this.#loading ??= this.#attempt().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Waits for it, and loads it. @returns a function that ends the wait. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    void this.load();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#cancelRetry();
    };
  }

  async #attempt(): Promise<void> {
    try {
      this.#set({ state: 'loaded', content: await this.#load() });
    } catch {
      const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
      this.#failures++;
      if (this.#listeners.size > 0) this.#cancelRetry = this.#later(() => void this.load(), wait);
      this.#set(FAILED);
    }
  }

  #set(next: ChunkState<T>): void {
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  }
}
