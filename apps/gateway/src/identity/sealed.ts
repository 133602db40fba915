import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keys } from './keys.ts';

/** First byte of everything sealed, so that the form can change. */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals secrets that must be read again (keys of authenticator apps, client secrets) for storage: AES-256-GCM with a key derived
 * from the gateway's secret. `<version> <nonce> <ciphertext> <tag>`. What was sealed for one row cannot be opened as another's.
 */
export class Sealed {
  readonly #key: Buffer;

  constructor({ sealing }: Pick<Keys, 'sealing'>) {
    this.#key = sealing;
  }

  /** @param rowId of the row in which it is stored; needed to open it. */
  seal(rowId: string, secret: Uint8Array): Buffer<ArrayBuffer> {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(rowId));
    const parts = [Buffer.of(version), nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(parts);
  }

  /** Null for what was changed, sealed for another row, or sealed with another key: then the gateway's secret was replaced. */
  open(rowId: string, sealed: Uint8Array): Buffer | null {
    if (sealed.byteLength < 1 + nonceBytes + tagBytes || sealed[0] !== version) return null;
    const body = sealed.subarray(1 + nonceBytes, sealed.byteLength - tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(1, 1 + nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(rowId)).setAuthTag(sealed.subarray(-tagBytes));
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch {
      return null;
    }
  }
}
