/** Times in milliseconds. */
export interface BackoffOptions {
  /** Upper end of the first delay. */
  firstMs: number;
  maxMs: number;
  /** After a connection that lasted this long, delays start again at the first. */
  healthyAfterMs: number;
  /** Range of the delay after a refusal that is unlikely to go away on its own. */
  refusedMs: readonly [number, number];
  /** Range of the delay after another connection took our slot: two agents that compete for it must not flap. */
  replacedMs: readonly [number, number];
  /** Upper limit for a gateway's retry-after. */
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

/** The delay before the next attempt: doubling with full jitter, unless the gateway specifies one. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempt = 0;

  constructor(options: Partial<BackoffOptions> = {}) {
    this.#options = { ...defaults, ...options };
  }

  /** The delay after a connection that lasted `connectedMs`, or after a failed attempt. */
  afterLoss(connectedMs: number): number {
    if (connectedMs >= this.#options.healthyAfterMs) this.#attempt = 0;
    const ceiling = Math.min(this.#options.maxMs, this.#options.firstMs * 2 ** this.#attempt);
    this.#attempt++;
    return this.#options.random() * ceiling;
  }

  afterRefusal(): number {
    return this.#between(this.#options.refusedMs);
  }

  afterReplacement(): number {
    return this.#between(this.#options.replacedMs);
  }

  /** The delay after a GOAWAY: its retry-after, or a first delay if it has none. */
  afterDrain(retryAfterMs: number): number {
    this.#attempt = 0;
    if (retryAfterMs > 0) return Math.min(retryAfterMs, this.#options.maxRetryAfterMs);
    return this.#options.random() * this.#options.firstMs;
  }

  #between([low, high]: readonly [number, number]): number {
    return low + this.#options.random() * (high - low);
  }
}
