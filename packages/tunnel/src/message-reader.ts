export interface MessageReaderOptions {
  /** Whether the peer masks its frames: clients do, servers don't (RFC 6455, 5.1). */
  masked: boolean;
  /** The largest message, all fragments together, in bytes. */
  maxPayload: number;
  /** The most fragments per message. */
  maxFragments: number;
  /** A complete message, in slices of the chunks in which it arrived. */
  onMessage(parts: Buffer[], isBinary: boolean): void;
  /** A complete control frame, exactly as received. */
  onControl(frame: Buffer): void;
  /** The peer violated RFC 6455 or a limit; `code` is the close code for it. Nothing more is read. */
  onViolation(code: number, reason: string): void;
}

const shortHeader = 2;
const longestHeader = 14;
const maxControlPayload = 125;
/** Slices held per message; beyond this they are joined, so that single bytes cost little overhead. */
const maxParts = 256;

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/**
 * Splits the bytes of a WebSocket into messages (RFC 6455, section 5) without copying them. `ws` joins every frame that
 * spans two reads of the socket, and the allocations for that cost a receiver of bulk data as much as all its other
 * work. Control frames are rare and are left to `ws`.
 */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #header = Buffer.alloc(longestHeader);
  #headerLength = 0;
  #headerWanted = shortHeader;
  /** Payload bytes of the frame still to come, once its header is complete. */
  #left = 0;
  #maskAt = 0;
  #isMasked = false;
  #control: Buffer[] | undefined;
  #messageType: number | undefined;
  #parts: Buffer[] = [];
  #messageLength = 0;
  #fragments = 0;
  #isOver = false;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /** Reads a chunk of the stream. The reader takes ownership: it unmasks the chunk in place and passes on slices of it. */
  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#isOver) {
      at += this.#headerLength < this.#headerWanted ? this.#readHeader(chunk, at) : this.#readPayload(chunk, at);
    }
  }

  #readHeader(chunk: Buffer, at: number): number {
    const count = Math.min(this.#headerWanted - this.#headerLength, chunk.length - at);
    chunk.copy(this.#header, this.#headerLength, at, at + count);
    this.#headerLength += count;
    if (this.#headerLength < this.#headerWanted) return count;
    if (this.#headerWanted === shortHeader) this.#headerWanted = headerLength(this.#header);
    if (this.#headerLength === this.#headerWanted) this.#beginFrame();
    return count;
  }

  #beginFrame(): void {
    const violation = this.#checkHeader();
    if (violation !== undefined) {
      this.#isOver = true;
      this.#parts = [];
      this.#options.onViolation(...violation);
      return;
    }
    this.#left = payloadLength(this.#header);
    this.#maskAt = 0;
    if (isControl(this.#opcode)) {
      // Passed on as received, so its payload stays masked.
      this.#control = [Buffer.from(this.#header.subarray(0, this.#headerLength))];
    } else {
      this.#messageType ??= this.#opcode;
      // The mask of our own agents is all zero.
      this.#isMasked = this.#options.masked && this.#header.readUInt32BE(this.#headerLength - 4) !== 0;
    }
    if (this.#left === 0) this.#endFrame();
  }

  /** Counts the frame that begins. @returns a close code and a reason if it is invalid. */
  #checkHeader(): [code: number, reason: string] | undefined {
    const first = this.#header.readUInt8(0);
    const second = this.#header.readUInt8(1);
    const length = payloadLength(this.#header);
    if ((first & 0x70) !== 0) return [1002, 'a reserved bit is set'];
    if (((second & 0x80) !== 0) !== this.#options.masked) return [1002, 'a wrong mask bit'];
    if (isControl(this.#opcode)) {
      return this.#isFinal && length <= maxControlPayload ? undefined : [1002, 'a malformed control frame'];
    }
    if (this.#opcode > opcodes.binary) return [1002, 'an unknown opcode'];
    const isContinuation = this.#opcode === opcodes.continuation;
    if (isContinuation !== (this.#messageType !== undefined)) return [1002, 'fragments out of order'];
    this.#messageLength += length;
    this.#fragments++;
    if (this.#messageLength > this.#options.maxPayload) return [1009, 'a message too large'];
    return this.#fragments > this.#options.maxFragments ? [1008, 'too many fragments'] : undefined;
  }

  get #opcode(): number {
    return this.#header.readUInt8(0) & 0x0f;
  }

  get #isFinal(): boolean {
    return (this.#header.readUInt8(0) & 0x80) !== 0;
  }

  #readPayload(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.#left);
    this.#left -= part.length;
    if (this.#control !== undefined) {
      this.#control.push(part);
    } else {
      if (this.#isMasked) this.#unmask(part);
      if (this.#parts.length >= maxParts) this.#parts = [Buffer.concat(this.#parts)];
      this.#parts.push(part);
    }
    if (this.#left === 0) this.#endFrame();
    return part.length;
  }

  #endFrame(): void {
    this.#headerLength = 0;
    this.#headerWanted = shortHeader;
    if (this.#control !== undefined) {
      const frame = Buffer.concat(this.#control);
      this.#control = undefined;
      if (this.#opcode === opcodes.close) this.#isOver = true;
      this.#options.onControl(frame);
    } else if (this.#isFinal) {
      const parts = this.#parts;
      const isBinary = this.#messageType === opcodes.binary;
      this.#parts = [];
      this.#messageType = undefined;
      this.#messageLength = 0;
      this.#fragments = 0;
      this.#options.onMessage(parts, isBinary);
    }
  }

  #unmask(part: Buffer): void {
    const mask = this.#headerLength - 4;
    for (let i = 0; i < part.length; i++) {
      part[i] = (part[i] ?? 0) ^ (this.#header[mask + (this.#maskAt++ & 3)] ?? 0);
    }
  }
}

function isControl(opcode: number): boolean {
  return opcode >= opcodes.close && opcode <= opcodes.pong;
}

/** The length of a header that begins with these two bytes. */
function headerLength(header: Buffer): number {
  const second = header.readUInt8(1);
  const length = second & 0x7f;
  return shortHeader + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((second & 0x80) !== 0 ? 4 : 0);
}

function payloadLength(header: Buffer): number {
  const length = header.readUInt8(1) & 0x7f;
  if (length === 126) return header.readUInt16BE(2);
  return length === 127 ? Number(header.readBigUInt64BE(2)) : length;
}
