import { boundedCache } from '../core/bounded-cache.ts';

/** A number of attempts per period. */
export interface Rate {
  most: number;
  perMs: number;
}

/**
 * Limits attempts by key, in this process only. A token bucket that fills steadily, so that the limit is not reset at the turn
 * of a minute.
 */
export class RateLimiter {
  readonly #buckets = boundedCache<string, { left: number; at: number }>(50_000);
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes `count` attempts. @returns 0, or the seconds until that many are available, in which case none was taken. */
  take(key: string, rate: Rate, count = 1): number {
    const { most, perMs } = rate;
    const { left, now } = this.#left(key, rate);
    const isAllowed = left >= count;
    this.#buckets.set(key, { left: isAllowed ? left - count : left, at: now });
    return isAllowed ? 0 : Math.ceil((((count - left) / most) * perMs) / 1_000);
  }

  /** Takes attempts whose number is only known afterwards: later ones wait until they are paid off, at most a full bucket. */
  charge(key: string, rate: Rate, count: number): void {
    const { left, now } = this.#left(key, rate);
    this.#buckets.set(key, { left: Math.max(left - count, -rate.most), at: now });
  }

  #left(key: string, { most, perMs }: Rate): { left: number; now: number } {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { left: most, at: now };
    return { left: Math.min(most, bucket.left + ((now - bucket.at) / perMs) * most), now };
  }

  /** Resets a key. */
  forget(key: string): void {
    this.#buckets.delete(key);
  }
}
