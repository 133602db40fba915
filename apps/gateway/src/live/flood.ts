import type { LRUCache } from 'lru-cache';
import { boundedCache } from '../core/bounded-cache.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';

/** Above the rate at which events are answered with `limit`, a person's connections may still send so many times as much. */
const tolerance = 2;
const burstMs = 4_000;
/** Whoever was cut off may not come back for so long. */
const barredMs = 10_000;
/** A message counts once for every so many bytes that have begun. */
const bytesOfOne = 4_096;

/** Whoever goes on sending after being told `limit` is cut off: counts every frame of a person's connections, whatever is in it. */
export class Flood {
  readonly #limiter: RateLimiter;
  readonly #most: number;
  readonly #barred: LRUCache<string, true>;

  /** @param perSecond events of one person that are answered. @param now monotonic clock in milliseconds. */
  constructor(perSecond: number, now?: () => number) {
    this.#limiter = new RateLimiter(now);
    this.#barred = boundedCache(50_000, { ttl: barredMs });
    this.#most = (perSecond * tolerance * burstMs) / 1_000;
  }

  /** @returns false when it is too much. */
  allows(userId: string, bytes: number): boolean {
    const count = 1 + Math.floor(bytes / bytesOfOne);
    if (this.#limiter.take(userId, { most: this.#most, perMs: burstMs }, count) === 0) return true;
    this.#barred.set(userId, true);
    return false;
  }

  /** Whether a person was cut off just now. */
  bars(userId: string): boolean {
    return this.#barred.has(userId);
  }
}
