import type { ChannelEnd } from '../inbound.ts';

/** The application's end of a channel: holds what is pushed until the test takes it, and wants no more from `limit` bytes on. */
export class TestEnd implements ChannelEnd {
  readableLength = 0;
  /** The lengths of the chunks pushed; null is the end. */
  readonly pushed: (number | null)[] = [];
  /** What it was destroyed with, each time. */
  readonly destructions: (Error | undefined)[] = [];
  readonly #limit: number;

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  get destroyed(): boolean {
    return this.destructions.length > 0;
  }

  push(chunk: Uint8Array | null): boolean {
    this.pushed.push(chunk === null ? null : chunk.length);
    this.readableLength += chunk?.length ?? 0;
    return this.readableLength < this.#limit;
  }

  destroy(error?: Error): void {
    this.destructions.push(error);
  }

  take(bytes = this.readableLength): void {
    this.readableLength -= bytes;
  }
}
