import { UnreadableError } from '../events.ts';

/** Opcodes of RFC 6455. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8 } as const;

export interface MessageHandler {
  /** A part of a message; the bytes are valid only during the call. */
  onData(bytes: Uint8Array): void;
  /** The message is complete. */
  onEnd(): void;
  /** Whether the rest of this message can be skipped without decoding. */
  readonly skips: boolean;
}

/** Splits a direction of a WebSocket into messages, however its bytes arrive. Holds at most the head of a frame. */
export class MessageReader {
  readonly #handler: MessageHandler;
  readonly #head = Buffer.alloc(14);
  #headBytes = 0;
  #headLength = 2;
  #left = 0;
  /** Position in the frame's payload, which the mask depends on. */
  #at = 0;
  #isData = false;
  #isLast = false;
  #isInMessage = false;

  constructor(handler: MessageHandler) {
    this.#handler = handler;
  }

  /** Whether everything received so far is whole messages. */
  get isBetweenMessages(): boolean {
    return this.#headBytes === 0 && !this.#isInMessage;
  }

  /** @throws UnreadableError */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength)
      at += this.#headBytes < this.#headLength ? this.#takeHead(bytes, at) : this.#take(bytes, at);
  }

  /** @returns the number of bytes read. */
  #takeHead(bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, at + this.#headLength - this.#headBytes);
    this.#head.set(part, this.#headBytes);
    this.#headBytes += part.byteLength;
    if (this.#headBytes < this.#headLength) return part.byteLength;
    const second = this.#head.readUInt8(1);
    const short = second & 0x7f;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    this.#headLength = 2 + lengthBytes + ((second & 0x80) === 0 ? 0 : 4);
    if (this.#headBytes === this.#headLength) this.#begin({ short, lengthBytes });
    return part.byteLength;
  }

  #begin({ short, lengthBytes }: { short: number; lengthBytes: number }): void {
    const first = this.#head.readUInt8(0);
    if ((first & 0x70) !== 0) throw new UnreadableError('the WebSocket uses an extension');
    this.#left =
      lengthBytes === 0
        ? short
        : lengthBytes === 2
          ? this.#head.readUInt16BE(2)
          : this.#head.readUInt32BE(2) * 2 ** 32 + this.#head.readUInt32BE(6);
    this.#at = 0;
    const opcode = first & 0x0f;
    // Control frames may come between the fragments of a message.
    this.#isData = opcode < opcodes.close;
    if (this.#isData) {
      if ((opcode === opcodes.continuation) !== this.#isInMessage)
        throw new UnreadableError('the frames of a WebSocket message do not belong together');
      this.#isLast = (first & 0x80) !== 0;
      this.#isInMessage = true;
    }
    if (this.#left === 0) this.#end();
  }

  #take(bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, Math.min(bytes.byteLength, at + this.#left));
    if (this.#isData && !this.#handler.skips) this.#handler.onData(this.#unmasked(part));
    this.#left -= part.byteLength;
    this.#at += part.byteLength;
    if (this.#left === 0) this.#end();
    return part.byteLength;
  }

  #unmasked(part: Uint8Array): Uint8Array {
    if ((this.#head.readUInt8(1) & 0x80) === 0) return part;
    const mask = this.#head.subarray(this.#headLength - 4, this.#headLength);
    const start = this.#at;
    return part.map((byte, index) => byte ^ (mask[(start + index) % 4] ?? 0));
  }

  #end(): void {
    this.#headBytes = 0;
    this.#headLength = 2;
    if (!this.#isData || !this.#isLast) return;
    this.#isInMessage = false;
    this.#handler.onEnd();
  }
}
