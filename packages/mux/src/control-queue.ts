import { Fifo } from './fifo.ts';

/** A frame that waits. Its parts are gone once it was sent or withdrawn. */
export interface QueuedFrame {
  parts: readonly Uint8Array[] | undefined;
  readonly cost: number;
  readonly isHead: boolean;
}

/** What holding a frame costs beside its bytes: the objects around it. Counted, or tiny frames would be free. */
const overheadBytes = 128;
/** So many withdrawn frames may lie in the queue before it is swept. */
const leastSwept = 256;

/**
 * Control frames that wait to be sent, in order, with what they cost in bytes: heads (OPEN and ACCEPT, which requests
 * here cause) apart from the others (answers, most of which the peer causes), as their limits differ.
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

  /** Frames in the queue, the withdrawn ones that were not swept yet included. */
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

  /** Takes a frame back. False when it was sent, or withdrawn, already. */
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
