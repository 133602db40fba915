import { sharesConnection } from '#features/freshness/http-link.ts';

/** Maximum number of watches per browser tab, so that the dashboard never overloads a cluster. */
const MOST_WATCHES = 12;
/** The same over HTTP/1.1, where each takes one of six connections, and the page needs some for its other requests. */
const MOST_WATCHES_ALONE = 3;

/** Counts watches. At the limit, views that are no longer visible are closed first. */
export class WatchBudget {
  readonly #most: number;
  readonly #idle = new Set<() => void>();
  #open = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes one watch. @returns a function that returns it; undefined if the limit is reached. */
  acquire(): (() => void) | undefined {
    while (this.#open >= this.#most) {
      const [close] = this.#idle;
      if (close === undefined) return undefined;
      this.#idle.delete(close);
      const before = this.#open;
      close();
      // Watches end shortly after they are closed: until then there is one above the limit, never more.
      if (this.#open >= before) break;
    }
    this.#open++;
    let held = true;
    return () => {
      if (held) this.#open--;
      held = false;
    };
  }

  /** Offers an unused view for closing with `close`. @returns a function that withdraws the offer. */
  offer(close: () => void): () => void {
    this.#idle.add(close);
    return () => this.#idle.delete(close);
  }
}

export const watchBudget = new WatchBudget(sharesConnection() ? MOST_WATCHES : MOST_WATCHES_ALONE);
