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
 * Answers to "who is this?", each believed for a while, or until something of its person was revoked. One that is in use is
 * asked for again when half of its time is over, so that nobody who is at work waits for the database.
 */
export class PrincipalCache {
  readonly #ttlMs: number;
  readonly #answers: LRUCache<string, Entry>;
  /** Of a person: the turn after which answers about them are to be believed. Kept as long as an older answer could be. */
  readonly #revoked: LRUCache<string, number>;
  #turn = 0;

  constructor({ max, ttlMs }: { max: number; ttlMs: number }) {
    this.#ttlMs = ttlMs;
    this.#answers = boundedCache(max, { ttl: ttlMs });
    this.#revoked = boundedCache(max, {
      ttl: ttlMs * 2,
      // More people than are remembered: rather ask about everyone again than believe one who was revoked.
      dispose: (_turn, _userId, reason) => {
        if (reason === 'evict') this.#answers.clear();
      },
    });
  }

  /** Asks once for all who ask at the same time; remembers neither a refusal nor a failure. */
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

  /** Believed from the moment of asking, as the first answer is. A failure changes nothing: the next to ask tries again. */
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

  /** What was answered about a person, or asked already, is believed no longer. */
  forget(userId: string): void {
    this.#turn += 1;
    this.#revoked.set(userId, this.#turn);
  }
}
