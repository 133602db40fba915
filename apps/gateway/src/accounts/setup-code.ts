import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { ApiError, rateLimited } from '../http/api-error.ts';
import type { Limits } from '../limits/limits.ts';

/**
 * The one-time code that creating the first account takes where others can reach a gateway under `npm start`: the first
 * organization gets the clusters of this machine (`LocalClusters`). The program that started this one made the code and shows
 * it in its terminal; here is its hash only. After the first account there is no code any more.
 */
export class SetupCode {
  readonly #database: Database;
  readonly #limits: Limits;
  readonly #hash: Buffer | null;
  #state: 'required' | 'claimed' | 'used';

  constructor(database: Database, limits: Limits, { setupCodeHash }: Pick<Config, 'setupCodeHash'>) {
    this.#database = database;
    this.#limits = limits;
    this.#hash = setupCodeHash;
    // Until `resume` has looked: nobody gets in before.
    this.#state = setupCodeHash === null ? 'used' : 'required';
  }

  get isRequired(): boolean {
    return this.#state !== 'used';
  }

  /** After a start: where there is an account, there is nothing to protect any more. */
  async resume(): Promise<void> {
    if (this.#state === 'required' && (await this.#database.scoped.user.findFirst({ select: { id: true } })) !== null) {
      this.#state = 'used';
    }
  }

  /**
   * Lets a sign-up through: at once where no code is required, else the first that brings the code, and nobody beside it. Where
   * the sign-up then fails, the code is good for another.
   * @throws {ApiError} `forbidden`, naming the field `setupCode`; `rate-limited` after ten wrong codes; what `signUp` throws.
   */
  async guard<T>(attempt: { code: string | undefined; address: string }, signUp: () => Promise<T>): Promise<T> {
    if (this.#state === 'used') return signUp();
    this.#check(attempt);
    if (this.#state === 'claimed') {
      throw refusal('The set-up code is being used right now. Try again in a few seconds.');
    }
    this.#state = 'claimed';
    try {
      const made = await signUp();
      this.#state = 'used';
      return made;
    } catch (error) {
      this.#state = 'required';
      throw error;
    }
  }

  #check({ code, address }: { code: string | undefined; address: string }): void {
    if (code === undefined || code.trim() === '') {
      throw refusal('This Postern has no account yet. Enter the set-up code that the terminal of `npm start` shows.');
    }
    const seconds = this.#limits.take('wrongSetupCodesPerAddress', address);
    if (seconds > 0) throw rateLimited(seconds, 'Too many wrong set-up codes.');
    const given = createHash('sha256').update(normalise(code)).digest();
    if (this.#hash === null || !timingSafeEqual(given, this.#hash)) {
      throw refusal('This is not the set-up code. The terminal of `npm start` shows it; each start makes a new one.');
    }
    this.#limits.forget('wrongSetupCodesPerAddress', address);
  }
}

/** As people type what they read: in any case, with or without dashes, with the letters that the code leaves out for digits. */
function normalise(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}

function refusal(message: string): ApiError {
  return new ApiError('forbidden', message, { fields: [{ path: 'setupCode', message }] });
}
