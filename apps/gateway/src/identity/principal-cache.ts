import type { LRUCache } from 'lru-cache';
import { boundedCache } from '../core/bounded-cache.ts';
import type { Principal } from './principal.ts';

type Answer = Promise<Principal | null>;

interface Entry {
  asked: Answer;
  turn: number;
  isRenewing: boolean;
}

/**
 * Caches authentication results for a while, or until a credential of the person is revoked. An entry in use is renewed after
 * half of its time, so that active clients never wait for the database.
 */
export class PrincipalCache {
  readonly #ttlMs: number;
  readonly #answers: LRUCache<string, Entry>;
  /** Per person, the turn before which results are invalid. Kept for as long as an older result could be cached. */
  readonly #revoked: LRUCache<string, number>;
  #turn = 0;

  constructor({ max, ttlMs }: { max: number; ttlMs: number }) {
    this.#ttlMs = ttlMs;
    this.#answers = boundedCache(max, { ttl: ttlMs });
    this.#revoked = boundedCache(max, {
      ttl: ttlMs * 2,
      // If there are too many people to keep track of, drop all entries rather than trust a revoked one.
      dispose: (_turn, _userId, reason) => {
        if (reason === 'evict') this.#answers.clear();
      },
    });
  }

  /** Simultaneous calls share one look-up. Neither refusals nor failures are cached. */
  async get(key: string, ask: () => Answer): Answer {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      const principal = await known.asked;
      if (principal === null) return null;
      if (known.turn >= (this.#revoked.get(principal.userId) ?? 0)) {
        this.#renew(key, known, ask);
        return principal;
      }
      if (this.#answers.peek(key) === known) this.#answers.delete(key);
      return this.get(key, ask);
    }
    const entry = { asked: ask(), turn: this.#turn, isRenewing: false };
    this.#answers.set(key, entry);
    const forget = (): void => {
      if (this.#answers.peek(key) === entry) this.#answers.delete(key);
    };
    entry.asked.then((principal) => principal === null && forget(), forget);
    return entry.asked;
  }

  /** Valid from the moment the look-up began, like the first result. A failure has no effect: the next call tries again. */
  #renew(key: string, known: Entry, ask: () => Answer): void {
    if (known.isRenewing || this.#answers.getRemainingTTL(key) > this.#ttlMs / 2) return;
    known.isRenewing = true;
    const [turn, start] = [this.#turn, performance.now()];
    const replace = (principal: Principal | null): void => {
      if (this.#answers.peek(key) !== known) return;
      if (principal === null) this.#answers.delete(key);
      else this.#answers.set(key, { asked: Promise.resolve(principal), turn, isRenewing: false }, { start });
    };
    ask().then(replace, () => {
      known.isRenewing = false;
    });
  }

  /** Drops results about a person, including those of look-ups in progress. */
  forget(userId: string): void {
    this.#turn += 1;
    this.#revoked.set(userId, this.#turn);
  }
}
