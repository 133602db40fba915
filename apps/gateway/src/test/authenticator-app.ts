import { Secret, TOTP } from 'otpauth';

/**
 * An authenticator app with the key of an `otpauth:` link. The gateway accepts each code once, and
 * those of the time steps before and after the present one.
 */
export class AuthenticatorApp {
  readonly #secret: Secret;

  constructor(secret: string) {
    this.#secret = Secret.fromBase32(secret);
  }

  get keyBytes(): Uint8Array {
    return this.#secret.bytes;
  }

  /** The code of a time step relative to the present one. */
  code(step = 0): string {
    return new TOTP({ secret: this.#secret }).generate({ timestamp: Date.now() + step * 30_000 });
  }
}
