import type { LRUCache } from 'lru-cache';
import { boundedCache } from '../core/bounded-cache.ts';
import type { Principal } from './principal.ts';

type Answer = Promise<Principal | null>;

/** Answers to "who is this?", each believed for a while, or until something of its person was revoked. */
export class PrincipalCache {
  readonly #answers: LRUCache<string, { asked: Answer; turn: number }>;
  /** Of a person: the turn after which answers about them are to be believed. Kept as long as an older answer could be. */
  readonly #revoked: LRUCache<string, number>;
  #turn = 0;

  constructor({ max, ttlMs }: { max: number; ttlMs: number }) {
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
      if (principal === null || known.turn >= (this.#revoked.get(principal.userId) ?? 0)) return principal;
      if (this.#answers.peek(key) === known) this.#answers.delete(key);
      return this.get(key, ask);
    }
    const entry = { asked: ask(), turn: this.#turn };
    this.#answers.set(key, entry);
    const forget = (): void => {
      if (this.#answers.peek(key) === entry) this.#answers.delete(key);
    };
    entry.asked.then((principal) => principal === null && forget(), forget);
    return entry.asked;
  }

  /** What was answered about a person, or asked already, is believed no longer. */
  forget(userId: string): void {
    this.#turn += 1;
    this.#revoked.set(userId, this.#turn);
  }
}
