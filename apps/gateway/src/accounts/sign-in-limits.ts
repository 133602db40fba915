import { boundedCache } from '../core/bounded-cache.ts';
import { rateLimited } from '../http/api-error.ts';
import type { Devices } from '../identity/devices.ts';
import type { Limits } from '../limits/limits.ts';

/** How long a network address from which somebody signed in counts as theirs. */
const knownMs = 30 * 86_400_000;

/** What is known about an attempt to sign in, or to get a link for it, before anything is checked. */
export interface SignInAttempt {
  email: string;
  /** The network address. */
  address: string;
  /** The value of the device cookie, if there is one. */
  device: string | null;
}

/**
 * Limits attempts to sign in and sign up. Strangers share one count per e-mail address, whatever networks they come from; a
 * browser or network address from which the account's owner has signed in before has a count of its own, so that nobody can
 * lock an owner out by guessing (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
export class SignInLimits {
  readonly #limits: Limits;
  readonly #devices: Devices;
  /** In memory only: lost at a restart, unlike the cookies. */
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

  /** Whoever signed in knows the password, so attempts from there, earlier and later, are not a stranger's. */
  signedIn(attempt: SignInAttempt): void {
    this.#limits.forget('signInsPerEmail', this.#keyOf(attempt));
    this.#limits.forget('secondFactorsPerEmail', this.#keyOf(attempt));
    this.#known.set(`${attempt.email} ${attempt.address}`, true);
  }

  /** Before the second step, whose guesses count apart from those of the password. @throws {ApiError} `rate-limited`. */
  beforeSecondFactor(attempt: SignInAttempt): void {
    this.#take('signInsPerAddress', attempt.address);
    this.#take('secondFactorsPerEmail', this.#keyOf(attempt));
  }

  /** Before a link is sent to the address. @throws {ApiError} `rate-limited`. */
  beforePasswordReset(attempt: SignInAttempt): void {
    this.#take('passwordResetsPerAddress', attempt.address);
    this.#take('passwordResetsPerEmail', this.#keyOf(attempt));
  }

  /** Before anybody's passkey is asked for. @throws {ApiError} `rate-limited`. */
  beforePasskey(address: string): void {
    this.#take('signInsPerAddress', address);
  }

  /** Before a provider is asked, or believed. @throws {ApiError} `rate-limited`. */
  beforeProvider(address: string): void {
    this.#take('signInsPerAddress', address);
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

  #take(limit: Parameters<Limits['take']>[0], key: string): void {
    const seconds = this.#limits.take(limit, key);
    if (seconds > 0) throw rateLimited(seconds, 'Too many attempts.');
  }
}
