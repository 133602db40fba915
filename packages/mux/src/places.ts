import { mostWideStreams, wideStreams } from './options.ts';

/** The properties of a stream that count towards the limits. */
export interface Placed {
  readonly wide: boolean;
}

/**
 * Counts the streams that one side opened. A stream counts from when it is opened until it has ended on the wire *and*
 * its reader has read the last byte or stopped reading, because we hold the bytes that nobody reads.
 */
export class Places {
  readonly #limit: number;
  #open = 0;
  #taken = 0;
  #wide = 0;

  /** @param limit how many streams this side may have open at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Streams open on the wire, plus streams that have ended but are not yet read to the end. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether the limit on streams opened here is reached; this side also knows which of them are not yet read. */
  get isFull(): boolean {
    return this.#taken >= this.#limit;
  }

  /** Whether the next stream we open starts with the wide window. */
  get isNextWide(): boolean {
    return this.#wide < wideStreams;
  }

  /**
   * Whether to refuse a stream that the peer opened. The peer cannot know which of its ended streams are still unread
   * here, so one that keeps to the limits is refused only when as many again are unread.
   */
  refuses(stream: Placed): boolean {
    if (this.#open >= this.#limit || this.#taken >= 2 * this.#limit) return true;
    return stream.wide && this.#wide >= mostWideStreams;
  }

  opened(stream: Placed): void {
    this.#open++;
    this.#taken++;
    if (stream.wide) this.#wide++;
  }

  /** The stream has ended on the wire. */
  ended(): void {
    this.#open--;
  }

  /** The stream holds no more bytes for its reader. */
  released(stream: Placed): void {
    this.#taken--;
    if (stream.wide) this.#wide--;
  }
}
