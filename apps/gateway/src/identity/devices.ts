import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readBase64url } from './base64url.ts';
import type { Keys } from './keys.ts';

const idBytes = 16;
/** HMAC-SHA-256. */
const macBytes = 32;

/**
 * Device cookies of browsers from which somebody has signed in: `<id>.<mac>`, where the MAC binds a random id to one e-mail
 * address. They sign nobody in; they only distinguish the owner's browser from that of a stranger who guesses. Not stored.
 */
export class Devices {
  readonly #keys: Pick<Keys, 'devices'>;

  constructor(keys: Pick<Keys, 'devices'>) {
    this.#keys = keys;
  }

  /** A new cookie value for a browser in which the owner of this address has just signed in. */
  make(email: string): string {
    const id = randomBytes(idBytes).toString('base64url');
    return `${id}.${this.#mac(email, id).toString('base64url')}`;
  }

  /** The device's id; null for a value made for another address. */
  read(email: string, value: string | null): string | null {
    const [, id = '', mac = ''] = /^([\w-]{22})\.([\w-]{43})$/.exec(value ?? '') ?? [];
    const given = readBase64url(mac, macBytes);
    return given !== null && timingSafeEqual(given, this.#mac(email, id)) ? id : null;
  }

  #mac(email: string, id: string): Buffer {
    return createHmac('sha256', this.#keys.devices).update(`${id} ${email}`).digest();
  }
}
