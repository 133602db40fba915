import { boundedCache } from '../core/bounded-cache.ts';
import { rateLimited } from '../http/api-error.ts';
import type { Devices } from '../identity/devices.ts';
import type { Limits } from '../limits/limits.ts';

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
  readonly #limits: Limits;
  readonly #devices: Devices;
  /** In this process only: a restart forgets it, the cookies stay. */
  readonly #known = boundedCache<string, true>(20_000, { ttl: knownMs });

  constructor(limits: Limits, devices: Devices) {
    this.#limits = limits;
    this.#devices = devices;
  }

  /** @throws {ApiError} `rate-limited`. */
  beforeSignIn(attempt: SignInAttempt): void {
    this.#take('signInsPerAddress', attempt.address);
    this.#take('signInsPerEmail', this.#keyOf(attempt));
  }

  /** Who signed in knows the password: earlier attempts from there were theirs, and later ones are not a stranger's. */
  signedIn(attempt: SignInAttempt): void {
    this.#limits.forget('signInsPerEmail', this.#keyOf(attempt));
    this.#known.set(`${attempt.email} ${attempt.address}`, true);
  }

  /** @throws {ApiError} `rate-limited`. */
  beforeSignUp(address: string): void {
    this.#take('signUpsPerAddress', address);
  }

  #keyOf({ email, address, device }: SignInAttempt): string {
    const id = this.#devices.read(email, device);
    if (id !== null) return `${email} with ${id}`;
    return this.#known.has(`${email} ${address}`) ? `${email} from ${address}` : email;
  }

  #take(limit: 'signInsPerAddress' | 'signInsPerEmail' | 'signUpsPerAddress', key: string): void {
    const seconds = this.#limits.take(limit, key);
    if (seconds > 0) throw rateLimited(seconds, 'Too many attempts.');
  }
}
