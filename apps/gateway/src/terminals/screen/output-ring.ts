import { BoundaryScanner } from './boundary-scanner.ts';

export interface RingOptions {
  /** Bytes that are kept in any case, at least one block; 1 MiB by default. */
  capacity?: number;
  /** Bytes that are allocated and leave together; 32 KiB by default. */
  block?: number;
}

interface Block {
  readonly bytes: Buffer;
  /** The last boundary in it, as a position; -1 if there is none. */
  boundary: number;
}

/**
 * The newest output of a terminal, by position: bytes since its start, below 2^53. Nothing leaves by itself: `overdue` says how
 * far output should leave, and `release` lets it go once it is kept in another form.
 */
export class OutputRing {
  readonly #capacity: number;
  readonly #block: number;
  readonly #scanner = new BoundaryScanner();
  #blocks: Block[] = [];
  /** The first block's number: it begins at this many blocks since the start. */
  #first = 0;
  #from = 0;
  #to = 0;

  constructor({ capacity = 1024 * 1024, block = 32 * 1024 }: RingOptions = {}) {
    if (!(capacity >= block)) throw new RangeError('A ring smaller than a block');
    this.#capacity = capacity;
    this.#block = block;
  }

  /** The position of the oldest byte. */
  get from(): number {
    return this.#from;
  }

  /** The position of the next byte to come. */
  get to(): number {
    return this.#to;
  }

  /** The position after the last whole character. */
  get end(): number {
    const start = Math.max(this.#from, this.#to - 3);
    const inBlock = this.#view(start, 3);
    const tail = Buffer.concat([inBlock, this.#view(start + inBlock.byteLength, 3)]);
    return start + wholeCharacters(tail);
  }

  /** Memory it takes. */
  get bytes(): number {
    return this.#blocks.length * this.#block;
  }

  /** The last position from which a terminal with the right state could go on ({@link BoundaryScanner}). */
  get boundary(): number {
    const last = this.#blocks.findLast(({ boundary }) => boundary >= 0);
    return Math.max(this.#from, last?.boundary ?? 0);
  }

  append(data: Uint8Array): void {
    for (let at = 0; at < data.byteLength; ) {
      const used = this.#to % this.#block;
      if (used === 0) this.#blocks.push({ bytes: Buffer.allocUnsafeSlow(this.#block), boundary: -1 });
      const block = this.#blocks.at(-1);
      if (block === undefined) return;
      const part = data.subarray(at, at + this.#block - used);
      block.bytes.set(part, used);
      const boundary = this.#scanner.scan(part);
      if (boundary >= 0) block.boundary = this.#to + boundary;
      this.#to += part.byteLength;
      at += part.byteLength;
    }
  }

  /**
   * How far output should leave so that `keep` bytes remain, at a boundary; `from` if none has to. If there is no boundary in all
   * that should leave, it may stay until there is twice as much; then it leaves in the middle of whatever it is.
   */
  overdue(keep = this.#capacity): number {
    const most = this.#to - keep;
    if (most <= this.#from) return this.#from;
    const leaving = this.#blocks.slice(0, Math.floor(most / this.#block) - this.#first);
    const last = leaving.findLast(({ boundary }) => boundary > this.#from);
    if (last !== undefined) return last.boundary;
    if (this.#to - this.#from <= 2 * this.#capacity) return this.#from;
    return (this.#first + leaving.length) * this.#block;
  }

  /** Forgets everything before a position. */
  release(position: number): void {
    if (!this.holds(position)) throw new RangeError(`Output at ${position} is not held`);
    this.#from = position;
    const first = Math.floor(position / this.#block);
    this.#blocks = this.#blocks.slice(first - this.#first);
    this.#first = first;
  }

  holds(position: number): boolean {
    return position >= this.#from && position <= this.#to;
  }

  /**
   * A view of the bytes from a position on, without copying; the caller may keep it. It ends at the end of a block and never
   * within a character, because xterm.js loses some characters that are split; a character over two blocks comes alone.
   * @param most bytes, more only if a single character needs it.
   * @returns an empty buffer if there are none, or only the beginning of a character.
   */
  read(position: number, most = Number.POSITIVE_INFINITY): Buffer {
    if (!this.holds(position)) throw new RangeError(`Output at ${position} is not held`);
    const view = this.#view(position, most);
    const whole = wholeCharacters(view);
    if (whole > 0 || view.byteLength === 0) return view.subarray(0, whole);
    // Four bytes, which are in two blocks at most.
    const start = this.#view(position, 4);
    const longer = Buffer.concat([start, this.#view(position + start.byteLength, 4 - start.byteLength)]);
    return longer.subarray(0, firstCharacter(longer));
  }

  #view(position: number, most: number): Buffer {
    const block = this.#blocks[Math.floor(position / this.#block) - this.#first];
    const start = position % this.#block;
    const end = Math.min(this.#block, start + Math.min(most, this.#to - position));
    return block?.bytes.subarray(start, end) ?? Buffer.alloc(0);
  }
}

/** How many bytes a character of UTF-8 has, by its first; 1 for an invalid one. */
function charactersLength(first = 0): number {
  if (first < 0xc2 || first > 0xf4) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The number of bytes before a character that has begun at the end, if one has. */
function wholeCharacters(bytes: Buffer): number {
  const { byteLength } = bytes;
  for (let back = 1; back <= Math.min(3, byteLength); back++) {
    const byte = bytes[byteLength - back];
    if (charactersLength(byte) > back) return byteLength - back;
    if (!isContinuation(byte)) break;
  }
  return byteLength;
}

/** The number of bytes of the first character, 0 if it is incomplete. An invalid one ends where it becomes invalid. */
function firstCharacter(bytes: Buffer): number {
  const length = charactersLength(bytes[0]);
  for (let at = 1; at < length; at++) {
    if (at === bytes.byteLength) return 0;
    if (!isContinuation(bytes[at])) return at;
  }
  return length;
}
