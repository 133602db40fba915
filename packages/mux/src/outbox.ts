import { Fifo } from './fifo.ts';

export type Written = (error?: Error | null) => void;

/** Bytes that the application wrote and that wait for credit or for the transport. Chunks are sliced, not copied. */
export class Outbox {
  #chunks = new Fifo<Uint8Array>();
  #offset = 0;
  #bytes = 0;
  #written: Written | undefined;

  get bytes(): number {
    return this.#bytes;
  }

  /** Queues one write of the stream (Node allows one at a time); `written` is called once all of it has been sent. */
  add(chunks: readonly Uint8Array[], written: Written): void {
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    }
    this.#written = written;
  }

  /** The next payload, at most `max` bytes, in parts; empty when there is none. */
  take(max: number): Uint8Array[] {
    const parts: Uint8Array[] = [];
    let room = max;
    for (let chunk = this.#chunks.peek(); chunk !== undefined && room > 0; chunk = this.#chunks.peek()) {
      const end = Math.min(chunk.length, this.#offset + room);
      const part = this.#offset === 0 && end === chunk.length ? chunk : chunk.subarray(this.#offset, end);
      if (end === chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      } else {
        this.#offset = end;
      }
      room -= part.length;
      parts.push(part);
    }
    this.#bytes -= max - room;
    return parts;
  }

  /** Calls the writer back if everything has been sent. */
  settle(): void {
    if (this.#bytes > 0 || this.#written === undefined) return;
    const written = this.#written;
    this.#written = undefined;
    written();
  }

  /** Drops what is left. @returns the writer that is still waiting, if any. */
  clear(): Written | undefined {
    const written = this.#written;
    this.#chunks.clear();
    this.#offset = 0;
    this.#bytes = 0;
    this.#written = undefined;
    return written;
  }
}
