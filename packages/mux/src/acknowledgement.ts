import { encodeAck } from './frame.ts';

const wrap = 2 ** 48;
const ackBytes = 32 * 1024;
const ackFrames = 64;

/**
 * Both ends count OPEN, ACCEPT, DATA, END, RESET and CREDIT frames instead of numbering them, and acknowledge
 * cumulatively (docs/protocol.md, "Counting"). Resumption will replay from these counts.
 */
export class Acknowledgement {
  #sentFrames = 0;
  #sentBytes = 0;
  #acknowledgedFrames = 0;
  #acknowledgedBytes = 0;
  #receivedFrames = 0;
  #receivedBytes = 0;
  #reportedFrames = 0;
  #reportedBytes = 0;

  /** Counted frames the peer has not acknowledged. */
  get unacknowledgedFrames(): number {
    return this.#sentFrames - this.#acknowledgedFrames;
  }

  /** Payload bytes of DATA the peer has not acknowledged. */
  get unacknowledgedBytes(): number {
    return this.#sentBytes - this.#acknowledgedBytes;
  }

  sent(dataBytes: number): void {
    this.#sentFrames++;
    this.#sentBytes += dataBytes;
  }

  /** Counts a frame from the peer. @returns true if an ACK is due immediately. */
  received(dataBytes: number): boolean {
    this.#receivedFrames++;
    this.#receivedBytes += dataBytes;
    return (
      this.#receivedBytes - this.#reportedBytes >= ackBytes || this.#receivedFrames - this.#reportedFrames >= ackFrames
    );
  }

  /** Whether anything received is still unacknowledged. */
  get owed(): boolean {
    return this.#receivedFrames > this.#reportedFrames;
  }

  encode(): Buffer {
    this.#reportedFrames = this.#receivedFrames;
    this.#reportedBytes = this.#receivedBytes;
    return encodeAck(this.#receivedFrames % wrap, this.#receivedBytes % wrap);
  }

  /** Applies the peer's ACK. @returns false if it acknowledges frames never sent, or fewer than an earlier ACK. */
  onAck(frames: number, bytes: number): boolean {
    const newFrames = distance(this.#acknowledgedFrames, frames);
    const newBytes = distance(this.#acknowledgedBytes, bytes);
    if (this.#acknowledgedFrames + newFrames > this.#sentFrames) return false;
    if (this.#acknowledgedBytes + newBytes > this.#sentBytes) return false;
    this.#acknowledgedFrames += newFrames;
    this.#acknowledgedBytes += newBytes;
    return true;
  }
}

/** How far a 48-bit count is ahead of ours; a count behind ours wraps around to a very large number. */
function distance(ours: number, theirs: number): number {
  return (theirs - (ours % wrap) + wrap) % wrap;
}
