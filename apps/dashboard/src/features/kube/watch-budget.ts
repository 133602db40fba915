/** At most so many watches a tab: a dashboard must never be the load that takes a cluster down. */
const MOST_WATCHES = 12;

/** Counts watches. When there are enough, views that nobody looks at any more are asked to close first. */
export class WatchBudget {
  readonly #most: number;
  readonly #idle = new Set<() => void>();
  #open = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Room for one, to be given back by calling the answer; undefined when there is none. */
  acquire(): (() => void) | undefined {
    while (this.#open >= this.#most) {
      const [close] = this.#idle;
      if (close === undefined) return undefined;
      this.#idle.delete(close);
      const before = this.#open;
      close();
      // Watches end a moment after they are told to: one is over the limit until then, never more.
      if (this.#open >= before) break;
    }
    this.#open++;
    let held = true;
    return () => {
      if (held) this.#open--;
      held = false;
    };
  }

  /** Says that a view is only kept in case it is wanted again; `close` ends it. Answers a way to take that back. */
  offer(close: () => void): () => void {
    this.#idle.add(close);
    return () => this.#idle.delete(close);
  }
}

export const watchBudget = new WatchBudget(MOST_WATCHES);
