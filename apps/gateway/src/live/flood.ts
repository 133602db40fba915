import { RateLimiter } from '../limits/rate-limiter.ts';

/** Above the rate at which events are answered with `limit`, a person's connections may still send so many times as much. */
const tolerance = 5;
const burstMs = 4_000;
/** A message counts once for every so many bytes that have begun. */
const bytesOfOne = 4_096;

/** Whoever goes on sending after being told `limit` is cut off: counts every frame of a person's connections, whatever is in it. */
export class Flood {
  readonly #limiter: RateLimiter;
  readonly #most: number;

  /** @param perSecond events of one person that are answered. @param now monotonic clock in milliseconds. */
  constructor(perSecond: number, now?: () => number) {
    this.#limiter = new RateLimiter(now);
    this.#most = (perSecond * tolerance * burstMs) / 1_000;
  }

  /** @returns false when it is too much. */
  allows(userId: string, bytes: number): boolean {
    const count = 1 + Math.floor(bytes / bytesOfOne);
    return this.#limiter.take(userId, { most: this.#most, perMs: burstMs }, count) === 0;
  }
}
