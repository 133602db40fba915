import { hkdfSync } from 'node:crypto';

/** The keys of this gateway, each for one purpose, derived from its secret (HKDF, RFC 5869). */
export class Keys {
  readonly #secret: Buffer;
  /** Signs the cookies of browsers and the credentials of the exec plugin, HS256. */
  readonly tokens: Buffer;
  /** Signs the refresh secrets of browser sessions. */
  readonly refresh: Buffer;
  /** Signs device cookies. */
  readonly devices: Buffer;
  /** Seals secrets in the database, AES-256-GCM. */
  readonly sealing: Buffer;

  /** The signing keys of webhooks are derived from it. */
  readonly webhooks: Buffer;

  /** @param secret at least 32 random bytes. */
  constructor(secret: Buffer) {
    this.#secret = secret;
    this.tokens = this.#derive('tokens');
    this.refresh = this.#derive('refresh');
    this.devices = this.#derive('devices');
    this.sealing = this.#derive('sealing');
    this.webhooks = this.#derive('webhooks');
  }

  #derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', `postern ${purpose} 1`, 32));
  }
}
