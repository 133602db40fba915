import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readBase64url } from './base64url.ts';
import type { Keys } from './keys.ts';

const idBytes = 16;
/** HMAC-SHA-256. */
const macBytes = 32;

/**
 * Browsers that somebody has signed in from: `<id>.<mac>`, where the mac binds a random id to one e-mail address. It signs
 * nobody in; it only tells an owner's browser from a stranger's who guesses. Nothing of it is stored.
 */
export class Devices {
  readonly #keys: Pick<Keys, 'devices'>;

  constructor(keys: Pick<Keys, 'devices'>) {
    this.#keys = keys;
  }

  /** The value of a cookie for a browser in which the owner of this address has just signed in. */
  make(email: string): string {
    const id = randomBytes(idBytes).toString('base64url');
    return `${id}.${this.#mac(email, id).toString('base64url')}`;
  }

  /** The device's id; null for a value that was not made for this address. */
  read(email: string, value: string | null): string | null {
    const [, id = '', mac = ''] = /^([\w-]{22})\.([\w-]{43})$/.exec(value ?? '') ?? [];
    const given = readBase64url(mac, macBytes);
    return given !== null && timingSafeEqual(given, this.#mac(email, id)) ? id : null;
  }

  #mac(email: string, id: string): Buffer {
    return createHmac('sha256', this.#keys.devices).update(`${id} ${email}`).digest();
  }
}
