import { wideStreams } from './options.ts';

/** A stream as far as it takes a place. */
export interface Placed {
  readonly wide: boolean;
}

/**
 * The streams one side opened, as they are counted here. A stream takes its place when it is opened and leaves it when
 * it is over on the wire *and* its reader has taken the last byte or let go: bytes that nobody reads are held by us.
 */
export class Places {
  readonly #limit: number;
  #open = 0;
  #taken = 0;
  #wide = 0;

  /** @param limit streams this side may have open at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Places taken: streams open on the wire, and streams that ended but were not read to their end. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether our own side may open another stream: it knows which of its streams are not yet read. */
  get isFull(): boolean {
    return this.#taken >= this.#limit;
  }

  /** Whether the next stream we open starts with the wide window. */
  get isNextWide(): boolean {
    return this.#wide < wideStreams;
  }

  /**
   * Whether a stream the peer opened is refused. The peer cannot know which of the streams it saw end still wait for
   * their readers here, so one that keeps to the limits is refused only when as many again are waiting.
   */
  refuses(stream: Placed): boolean {
    if (this.#open >= this.#limit || this.#taken >= 2 * this.#limit) return true;
    return stream.wide && this.#wide >= 2 * wideStreams;
  }

  opened(stream: Placed): void {
    this.#open++;
    this.#taken++;
    if (stream.wide) this.#wide++;
  }

  /** The stream is over on the wire. */
  ended(): void {
    this.#open--;
  }

  /** It holds nothing for its reader any more. */
  released(stream: Placed): void {
    this.#taken--;
    if (stream.wide) this.#wide--;
  }
}
