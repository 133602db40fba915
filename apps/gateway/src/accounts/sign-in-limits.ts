import { LRUCache } from 'lru-cache';
import { rateLimited } from '../http/api-error.ts';
import type { Devices } from '../identity/devices.ts';
import type { Limits } from '../limits/limits.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';

const fiveMinutes = 300_000;
const hour = 3_600_000;
/** How long a network address from which somebody signed in is taken for theirs. */
const knownMs = 30 * 86_400_000;

/** Who tries to sign in, as far as it can be told before the password is checked. */
export interface SignInAttempt {
  email: string;
  /** Of the network. */
  address: string;
  /** The value of the device cookie, if there is one. */
  device: string | null;
}

/**
 * How often may be tried to sign in and up. Strangers share one count for an e-mail address, whatever networks they come from;
 * a browser or a network address from which its owner has signed in before is counted by itself, so that nobody locks an
 * owner out by guessing (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
export class SignInLimits {
  readonly #limiter: RateLimiter;
  readonly #limits: Limits;
  readonly #devices: Devices;
  /** In this process only: a restart forgets it, the cookies stay. */
  readonly #known = new LRUCache<string, true>({ max: 20_000, ttl: knownMs });

  constructor(limiter: RateLimiter, limits: Limits, devices: Devices) {
    this.#limiter = limiter;
    this.#limits = limits;
    this.#devices = devices;
  }

  /** @throws {ApiError} `rate-limited`. */
  beforeSignIn(attempt: SignInAttempt): void {
    this.#take('signInsPerAddress', `sign-in from ${attempt.address}`, fiveMinutes);
    this.#take('signInsPerEmail', this.#keyOf(attempt), fiveMinutes);
  }

  /** Who signed in knows the password: earlier attempts from there were theirs, and later ones are not a stranger's. */
  signedIn(attempt: SignInAttempt): void {
    this.#limiter.forget(this.#keyOf(attempt));
    this.#known.set(`${attempt.email} ${attempt.address}`, true);
  }

  /** @throws {ApiError} `rate-limited`. */
  beforeSignUp(address: string): void {
    this.#take('signUpsPerAddress', `sign-up from ${address}`, hour);
  }

  #keyOf({ email, address, device }: SignInAttempt): string {
    const id = this.#devices.read(email, device);
    if (id !== null) return `sign-in of ${email} with ${id}`;
    return this.#known.has(`${email} ${address}`) ? `sign-in of ${email} from ${address}` : `sign-in of ${email}`;
  }

  #take(limit: 'signInsPerAddress' | 'signInsPerEmail' | 'signUpsPerAddress', key: string, perMs: number): void {
    const seconds = this.#limiter.take(key, { most: this.#limits.settings[limit], perMs });
    if (seconds === 0) return;
    this.#limits.emit('refused', limit);
    throw rateLimited(seconds, 'Too many attempts.');
  }
}
