import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { ApiError, rateLimited } from '../http/api-error.ts';
import type { Limits } from '../limits/limits.ts';

/**
 * The one-time code required to create the first account of an `npm start` that others can reach, because the first
 * organization gets the clusters of this machine (`LocalClusters`). The parent process generated the code and shows it in its
 * terminal; this process has only the hash. The code is void once there is an account.
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
    // Nobody gets in until `resume` has checked for an account.
    this.#state = setupCodeHash === null ? 'used' : 'required';
  }

  get isRequired(): boolean {
    return this.#state !== 'used';
  }

  /** Call at startup: if there already is an account, no code is required. */
  async resume(): Promise<void> {
    if (
      this.#state === 'required' &&
      (await this.#database.acrossOrganizations.user.findFirst({ select: { id: true } })) !== null
    ) {
      this.#state = 'used';
    }
  }

  /**
   * Runs a sign-up if no code is required, or if it has the right code and no other is running with it. If the sign-up then
   * fails, the code can be used again.
   * @throws {ApiError} `forbidden`, naming the field `setupCode`; `rate-limited` after ten wrong codes; errors of `signUp`.
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

/** Accepts a code in upper or lower case, with or without dashes, and with letters typed for the digits they resemble. */
function normalise(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}

function refusal(message: string): ApiError {
  return new ApiError('forbidden', message, { fields: [{ path: 'setupCode', message }] });
}
