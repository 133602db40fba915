/** What a session lends its streams for growing their windows beyond the initial size, in bytes. */
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

  /** How much each stream that wants to borrow, or has borrowed, may have. */
  get share(): number {
    return Math.floor(this.#total / Math.max(1, this.#claimants));
  }

  claim(): void {
    this.#claimants++;
  }

  unclaim(): void {
    this.#claimants--;
  }

  /** Lends up to `bytes`, but at most half of what is left, so that stalled streams leave some for others. */
  borrow(bytes: number): number {
    const lent = Math.max(0, Math.min(bytes, Math.floor(this.#left / 2)));
    this.#left -= lent;
    return lent;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** The part of the session that a window uses. */
export interface WindowHost {
  readonly budget: WindowBudget;
  /** Milliseconds; undefined until the first PONG. */
  readonly roundTripMs: number | undefined;
  now(): number;
}

/** The least round trip assumed: on a busy machine a process may wait that long, however fast the connection is. */
const leastRoundTripMs = 10;

/**
 * The receiver's side of credit. The peer may have at most `size` bytes outstanding: sent and not yet consumed here.
 * Credit is returned when half the window was consumed. If that took less than two round trips (or 20 ms) the window
 * doubles, because the window, not the reader, limited the sender. A window above its share of the session's budget
 * shrinks: consumed bytes are not credited again until it fits.
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

  /** @param options initial and maximum size, in bytes. */
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

  /** Counts received bytes. @returns false if they exceed the peer's credit. */
  receive(bytes: number): boolean {
    if (bytes > this.#credit) return false;
    this.#credit -= bytes;
    return true;
  }

  /** Counts bytes that the application read. @returns the credit to send; 0 while it is not worth a frame. */
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

  /** Returns what was borrowed. */
  release(): void {
    this.#host.budget.giveBack(this.#borrowed);
    this.#borrowed = 0;
    this.#claim(false);
  }

  /** By how many bytes the window changes, given how long it took to consume half of it, in milliseconds. */
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
