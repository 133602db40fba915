import { setTimeout } from 'node:timers/promises';
import { RateLimiter } from './rate-limiter.ts';

/** Refusals of one key that are sent at once. */
const atOnce = { most: 50, perMs: 1_000 };
/** How long each further refusal is delayed, in milliseconds; the least time that its `Retry-After` can name. */
const waitMs = 1_000;
/** Refusals that may wait at a time; any more are sent at once. Each holds a request, about 10 KiB. */
const mostWaiting = 2_000;
const mostWaitingOfKey = 256;

/**
 * Delays refusals of clients that keep sending after a 429. A client that retries at once would otherwise cause thousands of
 * refusals a second, which cost about as much as small responses.
 */
export class SlowRefusals {
  readonly #rates: RateLimiter;
  readonly #wait: (ms: number) => Promise<unknown>;
  readonly #waiting = new Map<string, number>();
  #total = 0;

  /** @param options.now monotonic clock in milliseconds. */
  constructor(options: { now?: () => number; wait?: (ms: number) => Promise<unknown> } = {}) {
    this.#rates = new RateLimiter(options.now);
    this.#wait = options.wait ?? setTimeout;
  }

  /** Resolves when a refusal of this key may be sent. */
  async turn(key: string): Promise<void> {
    const ofKey = this.#waiting.get(key) ?? 0;
    if (this.#rates.take(key, atOnce) === 0 || this.#total >= mostWaiting || ofKey >= mostWaitingOfKey) return;
    this.#total++;
    this.#waiting.set(key, ofKey + 1);
    try {
      await this.#wait(waitMs);
    } finally {
      this.#total--;
      const left = (this.#waiting.get(key) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(key);
      else this.#waiting.set(key, left);
    }
  }
}
