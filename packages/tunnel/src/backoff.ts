/** Times in milliseconds. */
export interface BackoffOptions {
  /** Upper end of the first wait. */
  firstMs: number;
  maxMs: number;
  /** A connection that lived this long makes the next wait a first one. */
  healthyAfterMs: number;
  /** Range of waits after the gateway refused us for a reason that time alone rarely cures. */
  refusedMs: readonly [number, number];
  /** Range of waits after another connection took our place: two agents that fight over a slot must not flap. */
  replacedMs: readonly [number, number];
  /** The longest a gateway's retry-after is obeyed. */
  maxRetryAfterMs: number;
  /** A number in [0, 1). */
  random: () => number;
}

const defaults: BackoffOptions = {
  firstMs: 1000,
  maxMs: 30_000,
  healthyAfterMs: 60_000,
  refusedMs: [120_000, 300_000],
  replacedMs: [30_000, 60_000],
  maxRetryAfterMs: 600_000,
  random: Math.random,
};

/** How long to wait before the next attempt: doubling with full jitter, unless the gateway said otherwise. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempt = 0;

  constructor(options: Partial<BackoffOptions> = {}) {
    this.#options = { ...defaults, ...options };
  }

  /** After an attempt that failed, or a connection that lived `connectedMs`. */
  afterLoss(connectedMs: number): number {
    if (connectedMs >= this.#options.healthyAfterMs) this.#attempt = 0;
    const ceiling = Math.min(this.#options.maxMs, this.#options.firstMs * 2 ** this.#attempt);
    if (ceiling < this.#options.maxMs) this.#attempt++;
    return this.#options.random() * ceiling;
  }

  afterRefusal(): number {
    return this.#between(this.#options.refusedMs);
  }

  afterReplacement(): number {
    return this.#between(this.#options.replacedMs);
  }

  /** After a GOAWAY: what it says wins; without a time, a first wait. */
  afterDrain(retryAfterMs: number): number {
    this.#attempt = 0;
    if (retryAfterMs > 0) return Math.min(retryAfterMs, this.#options.maxRetryAfterMs);
    return this.#options.random() * this.#options.firstMs;
  }

  #between([low, high]: readonly [number, number]): number {
    return low + this.#options.random() * (high - low);
  }
}
