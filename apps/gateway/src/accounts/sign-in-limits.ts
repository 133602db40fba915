import type { Config } from '../config.ts';
import { ApiError } from '../http/api-error.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';

const fiveMinutes = 300_000;
const hour = 3_600_000;

/** How often may be tried to sign in and up: by address of the network, and by e-mail address whatever the network. */
export class SignInLimits {
  readonly #limiter: RateLimiter;
  readonly #limits: Config['limits'];

  constructor(limiter: RateLimiter, { limits }: Pick<Config, 'limits'>) {
    this.#limiter = limiter;
    this.#limits = limits;
  }

  /** @throws {ApiError} `rate-limited`. */
  beforeSignIn(from: { address: string; email: string }): void {
    this.#take(`sign-in from ${from.address}`, { most: this.#limits.signInsPerAddress, perMs: fiveMinutes });
    this.#take(`sign-in of ${from.email}`, { most: this.#limits.signInsPerEmail, perMs: fiveMinutes });
  }

  /** Who signed in knows the password: earlier attempts were theirs. */
  signedIn(email: string): void {
    this.#limiter.forget(`sign-in of ${email}`);
  }

  /** @throws {ApiError} `rate-limited`. */
  beforeSignUp(address: string): void {
    this.#take(`sign-up from ${address}`, { most: this.#limits.signUpsPerAddress, perMs: hour });
  }

  #take(key: string, rate: { most: number; perMs: number }): void {
    const seconds = this.#limiter.take(key, rate);
    if (seconds === 0) return;
    throw new ApiError('rate-limited', `Too many attempts. Try again in ${seconds} seconds.`, {
      headers: { 'retry-after': String(seconds) },
    });
  }
}
