import { initialWindow } from './options.ts';

/** What one session lends its streams for windows beyond the initial one. */
export interface WindowBudget {
  left: number;
}

/** The session as a window sees it. */
export interface WindowHost {
  readonly budget: WindowBudget;
  readonly maxWindow: number;
  /** Milliseconds; undefined until the first PONG. */
  readonly roundTripMs: number | undefined;
  now(): number;
}

/** A round trip is never taken for shorter: a busy machine lets a process wait that long, whatever the line can do. */
const leastRoundTripMs = 10;

/**
 * The receiver's side of credit. The peer may have at most `size` bytes outstanding: sent and not yet consumed here.
 * Credit goes back when half the window was consumed; when that took less than two round trips (or 20 ms) the window doubles,
 * because then it was the window, not the reader, that held the sender back.
 */
export class ReceiveWindow {
  readonly #host: WindowHost;
  #size = initialWindow;
  #credit = initialWindow;
  #consumed = 0;
  #since: number;

  readonly #isFixed: boolean;

  /** @param options.fixed it never grows: a terminal, where what lies between the program and Ctrl-C must stay little. */
  constructor(host: WindowHost, options: { fixed?: boolean } = {}) {
    this.#host = host;
    this.#isFixed = options.fixed ?? false;
    this.#since = host.now();
  }

  get size(): number {
    return this.#size;
  }

  /** Counts bytes that arrived. False when they are more than the peer was allowed to send. */
  receive(bytes: number): boolean {
    if (bytes > this.#credit) return false;
    this.#credit -= bytes;
    return true;
  }

  /** Counts bytes the application took. Returns the credit to send, 0 while it is not worth a frame. */
  consume(bytes: number): number {
    this.#consumed += bytes;
    if (this.#consumed * 2 < this.#size) return 0;
    const now = this.#host.now();
    const grown = this.#grow(now - this.#since);
    const credit = this.#consumed + grown;
    this.#consumed = 0;
    this.#since = now;
    this.#credit += credit;
    return credit;
  }

  /** Gives back what was lent. */
  release(): void {
    this.#host.budget.left += this.#size - initialWindow;
    this.#size = initialWindow;
  }

  #grow(tookMs: number): number {
    const roundTripMs = this.#host.roundTripMs;
    if (this.#isFixed || roundTripMs === undefined || tookMs >= 2 * Math.max(roundTripMs, leastRoundTripMs)) return 0;
    const grown = Math.min(this.#size, this.#host.maxWindow - this.#size, this.#host.budget.left);
    this.#host.budget.left -= grown;
    this.#size += grown;
    return grown;
  }
}
