/** Largest piece, in bytes; the contract allows 64 KiB. */
const LARGEST_PIECE = 32 * 1024;

/**
 * What was typed and the gateway has not confirmed, by position: the number of bytes typed before. It is sent again after a cut;
 * the gateway takes each byte once.
 */
export class UnsentInput {
  /** The position of the first byte that is kept. */
  #from = 0;
  #kept = new Uint8Array(new ArrayBuffer(0));
  /** The position of the next byte to send. */
  #next = 0;

  /** @param most how many bytes may be kept. @returns false if `data` would be too much; nothing was added then. */
  add(data: Uint8Array, most: number): boolean {
    if (this.#kept.byteLength + data.byteLength > most) return false;
    const grown = new Uint8Array(this.#kept.byteLength + data.byteLength);
    grown.set(this.#kept);
    grown.set(data, this.#kept.byteLength);
    this.#kept = grown;
    return true;
  }

  /** The next piece to send; undefined if there is none. */
  take(): { from: number; data: Uint8Array<ArrayBuffer> } | undefined {
    const from = this.#next;
    const data = this.#kept.slice(from - this.#from, from - this.#from + LARGEST_PIECE);
    if (data.byteLength === 0) return undefined;
    this.#next += data.byteLength;
    return { from, data };
  }

  /** The gateway has everything before a position. */
  confirm(received: number): void {
    const known = Math.min(received - this.#from, this.#kept.byteLength);
    if (known <= 0) return;
    this.#kept = this.#kept.slice(known);
    this.#from += known;
    this.#next = Math.max(this.#next, this.#from);
  }

  /** What is not confirmed is sent again. */
  rewind(): void {
    this.#next = this.#from;
  }
}
