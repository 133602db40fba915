import { Fifo } from './fifo.ts';

/** A waiting frame. Its parts are undefined once it was sent or withdrawn. */
export interface QueuedFrame {
  parts: readonly Uint8Array[] | undefined;
  readonly cost: number;
  readonly isHead: boolean;
}

/** Memory that a frame takes in addition to its bytes. Counted, because otherwise tiny frames would be free. */
const overheadBytes = 128;
/** How many withdrawn frames may be in the queue before they are removed. */
const leastSwept = 256;

/**
 * Control frames that wait to be sent, in order, with their cost in bytes. Heads (OPEN and ACCEPT, caused by local
 * requests) and other frames (mostly answers, caused by the peer) are counted separately, because their limits differ.
 */
export class ControlQueue {
  #frames = new Fifo<QueuedFrame>();
  #withdrawn = 0;
  #headBytes = 0;
  #answerBytes = 0;

  get headBytes(): number {
    return this.#headBytes;
  }

  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** Frames in the queue, including withdrawn ones that are not yet removed. */
  get length(): number {
    return this.#frames.length;
  }

  push(parts: readonly Uint8Array[], options: { isHead: boolean }): QueuedFrame {
    let cost = overheadBytes;
    for (const part of parts) cost += part.length;
    const frame = { parts, cost, isHead: options.isHead };
    this.#frames.push(frame);
    this.#count(frame, 1);
    return frame;
  }

  /** Withdraws a frame. @returns false if it was already sent or withdrawn. */
  withdraw(frame: QueuedFrame): boolean {
    if (frame.parts === undefined) return false;
    frame.parts = undefined;
    this.#count(frame, -1);
    this.#withdrawn++;
    if (this.#withdrawn >= leastSwept && this.#withdrawn * 2 >= this.#frames.length) this.#sweep();
    return true;
  }

  /** The next frame's parts. */
  shift(): readonly Uint8Array[] | undefined {
    for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
      const { parts } = frame;
      if (parts === undefined) {
        this.#withdrawn--;
        continue;
      }
      frame.parts = undefined;
      this.#count(frame, -1);
      return parts;
    }
    return undefined;
  }

  #count(frame: QueuedFrame, sign: 1 | -1): void {
    if (frame.isHead) this.#headBytes += sign * frame.cost;
    else this.#answerBytes += sign * frame.cost;
  }

  #sweep(): void {
    const kept = new Fifo<QueuedFrame>();
    for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
      if (frame.parts !== undefined) kept.push(frame);
    }
    this.#frames = kept;
    this.#withdrawn = 0;
  }
}
