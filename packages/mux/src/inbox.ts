import { Fifo } from './fifo.ts';

const smallBytes = 4 * 1024;
const slabBytes = 16 * 1024;

/**
 * Received bytes that nobody has asked for yet. The window limits the bytes; this class limits the overhead of holding
 * them: small payloads are copied together into slabs, so that a peer that sends single bytes cannot make us keep an
 * object, or the 64 KiB read buffer that contains it, for each byte.
 */
export class Inbox {
  #chunks = new Fifo<Buffer>();
  #slab: Buffer | undefined;
  #slabUsed = 0;
  #slabTaken = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(payload: Uint8Array): void {
    this.#bytes += payload.length;
    if (payload.length <= smallBytes) {
      if (this.#slabUsed + payload.length > slabBytes) this.#sealSlab();
      this.#slab ??= Buffer.allocUnsafeSlow(slabBytes);
      this.#slab.set(payload, this.#slabUsed);
      this.#slabUsed += payload.length;
      return;
    }
    this.#sealSlab();
    this.#chunks.push(keepable(payload));
  }

  shift(): Buffer | undefined {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.length;
      return chunk;
    }
    if (this.#slab === undefined || this.#slabUsed === this.#slabTaken) return undefined;
    const part = this.#slab.subarray(this.#slabTaken, this.#slabUsed);
    this.#slabTaken = this.#slabUsed;
    if (this.#slabUsed > slabBytes - smallBytes) this.#dropSlab();
    this.#bytes -= part.length;
    return part;
  }

  clear(): void {
    this.#chunks.clear();
    this.#dropSlab();
    this.#bytes = 0;
  }

  #sealSlab(): void {
    if (this.#slab !== undefined && this.#slabUsed > this.#slabTaken) {
      this.#chunks.push(keepable(this.#slab.subarray(this.#slabTaken, this.#slabUsed)));
    }
    this.#dropSlab();
  }

  #dropSlab(): void {
    this.#slab = undefined;
    this.#slabUsed = 0;
    this.#slabTaken = 0;
  }
}

/** The payload itself, or a copy if it is only a small part of the buffer that it would keep in memory. */
export function keepable(payload: Uint8Array): Buffer {
  if (payload.length * 4 < payload.buffer.byteLength) return copyOf(payload);
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

/** A copy in memory of its own: `Buffer.from` allocates small ones from a pool, which each would keep in memory. */
export function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
