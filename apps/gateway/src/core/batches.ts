interface Waiting<T> {
  item: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Processes items that arrive at nearly the same time in batches. A batch is collected for `waitMs` milliseconds from its first
 * item on and has at most `most` items; one batch is processed at a time, in the order of the items.
 */
export class Batches<T> {
  readonly #work: (items: T[]) => Promise<void>;
  readonly #limits: { waitMs: number; most: number };
  #waiting: Waiting<T>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(work: (items: T[]) => Promise<void>, limits: { waitMs: number; most: number }) {
    this.#work = work;
    this.#limits = limits;
  }

  /** Settles with the result of the item's batch. */
  add(item: T): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const collected = this.#waiting.splice(0);
      this.#last = this.#last.then(() => this.#do(collected));
    }, this.#limits.waitMs);
    return new Promise((resolve, reject) => this.#waiting.push({ item, resolve, reject }));
  }

  /** Accepts no more items, resolves those not yet started without processing them, and waits for the batch in progress. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    await this.#last;
  }

  async #do(collected: Waiting<T>[]): Promise<void> {
    for (let at = 0; at < collected.length; at += this.#limits.most) {
      const batch = collected.slice(at, at + this.#limits.most);
      try {
        if (!this.#isClosed) await this.#work(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}
