/** What one session lends its streams for windows beyond their first one. */
export class WindowBudget {
  readonly #total: number;
  #left: number;
  #claimants = 0;

  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  get left(): number {
    return this.#left;
  }

  /** What each stream that wants to borrow, or has borrowed, may have. */
  get share(): number {
    return Math.floor(this.#total / Math.max(1, this.#claimants));
  }

  claim(): void {
    this.#claimants++;
  }

  unclaim(): void {
    this.#claimants--;
  }

  /** Lends up to `bytes`, and never more than half of what is left, so that streams that stall leave some for others. */
  borrow(bytes: number): number {
    const lent = Math.max(0, Math.min(bytes, Math.floor(this.#left / 2)));
    this.#left -= lent;
    return lent;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** The session as a window sees it. */
export interface WindowHost {
  readonly budget: WindowBudget;
  /** Milliseconds; undefined until the first PONG. */
  readonly roundTripMs: number | undefined;
  now(): number;
}

/** A round trip is never taken for shorter: a busy machine lets a process wait that long, whatever the line can do. */
const leastRoundTripMs = 10;

/**
 * The receiver's side of credit. The peer may have at most `size` bytes outstanding: sent and not yet consumed here.
 * Credit goes back when half the window was consumed. When that took less than two round trips (or 20 ms) the window
 * doubles, because then it was the window, not the reader, that held the sender back. A window above its share of the
 * session's budget shrinks: what is consumed is not credited again until it fits.
 */
export class ReceiveWindow {
  readonly #host: WindowHost;
  readonly #initial: number;
  readonly #max: number;
  #borrowed = 0;
  #isClaimant = false;
  #credit: number;
  #consumed = 0;
  #since: number;

  /** Both in bytes: what the stream starts with, and the most it grows to. */
  constructor(host: WindowHost, options: { initial: number; max: number }) {
    this.#host = host;
    this.#initial = options.initial;
    this.#max = options.max;
    this.#credit = options.initial;
    this.#since = host.now();
  }

  get size(): number {
    return this.#initial + this.#borrowed;
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
    if (this.#consumed * 2 < this.size) return 0;
    const now = this.#host.now();
    const credit = this.#consumed + this.#adjust(now - this.#since);
    this.#consumed = 0;
    this.#since = now;
    this.#credit += credit;
    return credit;
  }

  /** Gives back what was borrowed. */
  release(): void {
    this.#host.budget.giveBack(this.#borrowed);
    this.#borrowed = 0;
    this.#claim(false);
  }

  /** By how much the window changes, now that half of it was consumed in so many milliseconds. */
  #adjust(tookMs: number): number {
    const { budget, roundTripMs } = this.#host;
    const isFast = roundTripMs !== undefined && tookMs < 2 * Math.max(roundTripMs, leastRoundTripMs);
    this.#claim(this.#initial < this.#max && (isFast || this.#borrowed > 0));
    const room = Math.min(this.#max - this.#initial, budget.share) - this.#borrowed;
    if (room < 0) {
      const withheld = Math.min(-room, this.#consumed);
      this.#borrowed -= withheld;
      budget.giveBack(withheld);
      return -withheld;
    }
    const grown = isFast ? budget.borrow(Math.min(this.size, room)) : 0;
    this.#borrowed += grown;
    return grown;
  }

  #claim(wanted: boolean): void {
    if (wanted === this.#isClaimant) return;
    this.#isClaimant = wanted;
    if (wanted) this.#host.budget.claim();
    else this.#host.budget.unclaim();
  }
}
