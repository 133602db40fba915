/** A request that waits for a slot. */
interface Waiter {
  use: Use;
  start(): void;
}

/** The use of one key. */
interface Use {
  taken: number;
  waiting: number;
}

/**
 * A limited number of slots, of which each key gets at most its share, so that a key that asks for many does not delay others.
 * The number of waiting requests per key is limited too.
 */
export class FairSlots {
  readonly #total: number;
  readonly #share: number;
  readonly #mostWaiting: number;
  #taken = 0;
  readonly #byKey = new Map<string, Use>();
  readonly #waiting = new Set<Waiter>();

  constructor(options: { total: number; share: number; waiting: number }) {
    this.#total = options.total;
    this.#share = options.share;
    this.#mostWaiting = options.waiting;
  }

  /** Waits for a slot. @returns a function that releases it; undefined if too many of the key wait or the signal aborts first. */
  take(key: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const use = this.#byKey.get(key) ?? { taken: 0, waiting: 0 };
    if (this.#hasRoom(use)) return Promise.resolve(this.#enter(key, use));
    if (use.waiting >= this.#mostWaiting) return Promise.resolve(undefined);
    this.#byKey.set(key, use);
    use.waiting++;
    const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
    const leave = (): void => {
      this.#waiting.delete(waiter);
      use.waiting--;
      this.#forgetIdle(key, use);
      resolve(undefined);
    };
    const waiter: Waiter = {
      use,
      start: () => {
        signal.removeEventListener('abort', leave);
        this.#waiting.delete(waiter);
        use.waiting--;
        resolve(this.#enter(key, use));
      },
    };
    this.#waiting.add(waiter);
    signal.addEventListener('abort', leave, { once: true });
    return promise;
  }

  #hasRoom({ taken }: Use): boolean {
    return this.#taken < this.#total && taken < this.#share;
  }

  #enter(key: string, use: Use): () => void {
    this.#taken++;
    use.taken++;
    this.#byKey.set(key, use);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken--;
      use.taken--;
      this.#forgetIdle(key, use);
      this.#startNext();
    };
  }

  #forgetIdle(key: string, { taken, waiting }: Use): void {
    if (taken === 0 && waiting === 0) this.#byKey.delete(key);
  }

  #startNext(): void {
    for (const waiter of this.#waiting) {
      if (this.#taken >= this.#total) return;
      if (this.#hasRoom(waiter.use)) waiter.start();
    }
  }
}
