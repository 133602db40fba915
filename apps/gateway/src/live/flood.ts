import type { LRUCache } from 'lru-cache';
import { boundedCache } from '../core/bounded-cache.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';

/** A person's connections may send this many times the rate above which events are answered with `limit`. */
const tolerance = 2;
const burstMs = 4_000;
/** How long a person who was cut off may not reconnect, in milliseconds. */
const barredMs = 10_000;
/** A message counts once for each this many bytes or part of them. */
const bytesOfOne = 4_096;

/** Cuts off people who keep sending after `limit`. Counts every frame of a person's connections, whatever is in it. */
export class Flood {
  readonly #limiter: RateLimiter;
  readonly #most: number;
  readonly #barred: LRUCache<string, true>;

  /** @param perSecond limit on a person's events per second. @param now monotonic clock in milliseconds. */
  constructor(perSecond: number, now?: () => number) {
    this.#limiter = new RateLimiter(now);
    this.#barred = boundedCache(50_000, { ttl: barredMs });
    this.#most = (perSecond * tolerance * burstMs) / 1_000;
  }

  /** Counts a frame. @returns false if it is too much. */
  allows(userId: string, bytes: number): boolean {
    const count = 1 + Math.floor(bytes / bytesOfOne);
    if (this.#limiter.take(userId, { most: this.#most, perMs: burstMs }, count) === 0) return true;
    this.#barred.set(userId, true);
    return false;
  }

  /** Whether a person was recently cut off. */
  bars(userId: string): boolean {
    return this.#barred.has(userId);
  }
}
