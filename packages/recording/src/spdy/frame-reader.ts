/** The head of a SPDY/3.1 frame: of a control frame with its type, or of a data frame with its stream. */
export interface FrameHead {
  /** Null for a data frame. */
  type: number | null;
  stream: number;
  flags: number;
  /** Bytes that follow. */
  length: number;
}

export interface FrameHandler {
  onHead(head: FrameHead): void;
  /** A part of the frame's payload, which is valid only during the call. */
  onPayload(bytes: Uint8Array): void;
  onEnd(): void;
}

const headLength = 8;

/** Splits a direction of a SPDY/3.1 connection into frames, however its bytes arrive. Holds at most the head of a frame. */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #head = Buffer.alloc(headLength);
  #headBytes = 0;
  #left = 0;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** Whether everything received so far is whole frames. */
  get isBetweenFrames(): boolean {
    return this.#headBytes === 0;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength)
      at += this.#headBytes < headLength ? this.#takeHead(bytes, at) : this.#take(bytes, at);
  }

  /** @returns the number of bytes read. */
  #takeHead(bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, at + headLength - this.#headBytes);
    this.#head.set(part, this.#headBytes);
    this.#headBytes += part.byteLength;
    if (this.#headBytes < headLength) return part.byteLength;
    const first = this.#head.readUInt32BE(0);
    const isControl = first >>> 31 === 1;
    this.#left = this.#head.readUIntBE(5, 3);
    this.#handler.onHead({
      type: isControl ? first & 0xffff : null,
      stream: isControl ? 0 : first,
      flags: this.#head.readUInt8(4),
      length: this.#left,
    });
    if (this.#left === 0) this.#end();
    return part.byteLength;
  }

  #take(bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, at + this.#left);
    this.#left -= part.byteLength;
    this.#handler.onPayload(part);
    if (this.#left === 0) this.#end();
    return part.byteLength;
  }

  #end(): void {
    this.#headBytes = 0;
    this.#handler.onEnd();
  }
}
