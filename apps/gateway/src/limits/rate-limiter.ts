import { LRUCache } from 'lru-cache';

/** So many in so much time. */
export interface Rate {
  most: number;
  perMs: number;
}

/**
 * Counts attempts by key in this process; of many gateways each counts for itself. A bucket that fills steadily, so that
 * nobody is let in by the turn of a minute.
 */
export class RateLimiter {
  readonly #buckets = new LRUCache<string, { left: number; at: number }>({ max: 50_000 });
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes `count` attempts. @returns 0, or the seconds until there will be so many again (nothing was taken then). */
  take(key: string, { most, perMs }: Rate, count = 1): number {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { left: most, at: now };
    const left = Math.min(most, bucket.left + ((now - bucket.at) / perMs) * most);
    const isAllowed = left >= count;
    this.#buckets.set(key, { left: isAllowed ? left - count : left, at: now });
    return isAllowed ? 0 : Math.ceil((((count - left) / most) * perMs) / 1_000);
  }

  /** Forgets the attempts of a key. */
  forget(key: string): void {
    this.#buckets.delete(key);
  }
}
