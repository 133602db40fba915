import { UnreadableError } from '../events.ts';

/** Decodes base64 (RFC 4648, with padding) that is split anywhere. */
export class Base64Reader {
  #rest = '';
  /** After the padding nothing may follow. */
  #isPadded = false;

  /** @throws UnreadableError for anything that is not base64. */
  push(bytes: Uint8Array): Buffer {
    const text = this.#rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const whole = text.slice(0, text.length - (text.length % 4));
    this.#rest = text.slice(whole.length);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(whole)) throw new UnreadableError('a message is not base64');
    if (this.#isPadded && text !== '') throw new UnreadableError('a message is not base64');
    this.#isPadded = whole.endsWith('=');
    return Buffer.from(whole, 'base64');
  }

  /** Call at the end of each message. @throws UnreadableError if it ended in the middle. */
  end(): void {
    const isWhole = this.#rest === '';
    this.#rest = '';
    this.#isPadded = false;
    if (!isWhole) throw new UnreadableError('a message is not base64');
  }
}
