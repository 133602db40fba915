import type { Channel } from './channel.ts';
import { ControlQueue, type QueuedFrame } from './control-queue.ts';
import { Scheduler } from './scheduler.ts';

/** What the queue needs from its session. */
export interface SendQueueHost {
  /** Whether the transport accepts more now. */
  readonly hasRoom: boolean;
  /** Whether bulk data may be sent now; when that changes, call `flush`. */
  readonly bulkHasRoom: boolean;
  /** Largest DATA payload now, in bytes. */
  readonly chunkBytes: number;
  transmit(frame: readonly Uint8Array[]): void;
  /** The ACK that is due, if one is. */
  takeAck(): Uint8Array | undefined;
}

/** Everything that waits to be sent: control frames in order, then streams as the scheduler chooses. */
export class SendQueue {
  readonly #host: SendQueueHost;
  readonly #control = new ControlQueue();
  readonly #scheduler: Scheduler<Channel>;
  #isFlushing = false;
  #isFlushAsked = false;
  #isLateFlushAsked = false;
  #isStopped = false;

  constructor(host: SendQueueHost, quantum: number) {
    this.#host = host;
    this.#scheduler = new Scheduler(quantum);
  }

  /** Cost of the waiting OPENs and ACCEPTs, in bytes. */
  get headBytes(): number {
    return this.#control.headBytes;
  }

  /** Cost of the other waiting control frames, in bytes. */
  get answerBytes(): number {
    return this.#control.answerBytes;
  }

  control(...frame: Uint8Array[]): void {
    if (this.#isStopped) return;
    this.#control.push(frame, { isHead: false });
    this.flushSoon();
  }

  /** Queues an OPEN or ACCEPT; the result can be passed to `withdraw`. */
  head(...frame: Uint8Array[]): QueuedFrame {
    const queued = this.#control.push(frame, { isHead: true });
    this.flushSoon();
    return queued;
  }

  /** Withdraws a head. @returns false if it was already sent. */
  withdraw(queued: QueuedFrame): boolean {
    return this.#control.withdraw(queued);
  }

  /** Queues a control frame that answers received bytes and can wait until the rest of the socket's bytes are read. */
  answer(frame: Uint8Array): void {
    if (this.#isStopped) return;
    this.#control.push([frame], { isHead: false });
    this.flushAfterReads();
  }

  wake(channel: Channel): void {
    if (!channel.sendable) return;
    // Bulk data comes in pieces, one for each TLS record that was read; sent together they fill whole records.
    if (this.#scheduler.wake(channel) === 'bulk') this.flushAfterReads();
    else this.flushSoon();
  }

  /** Flushes after the running callback, so that all frames it causes are ordered and sent together. */
  flushSoon(): void {
    if (this.#isFlushAsked || this.#isFlushing || this.#isStopped) return;
    this.#isFlushAsked = true;
    process.nextTick(flush, this);
  }

  /** Flushes once everything now in the socket has been read, so that the answers to many frames take one write. */
  flushAfterReads(): void {
    if (this.#isLateFlushAsked || this.#isFlushAsked || this.#isStopped) return;
    this.#isLateFlushAsked = true;
    setImmediate(flushLate, this);
  }

  flushLate(): void {
    this.#isLateFlushAsked = false;
    this.flush();
  }

  flush(): void {
    this.#isFlushAsked = false;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      while (this.#host.hasRoom && !this.#isStopped && this.#sendOne());
    } finally {
      this.#isFlushing = false;
    }
  }

  /** Sends the waiting control frames, even without room, and accepts nothing more. */
  stop(): void {
    for (let frame = this.#control.shift(); frame !== undefined; frame = this.#control.shift())
      this.#host.transmit(frame);
    this.#isStopped = true;
  }

  #sendOne(): boolean {
    const ack = this.#host.takeAck();
    if (ack !== undefined) {
      this.#host.transmit([ack]);
      return true;
    }
    const control = this.#control.shift();
    if (control !== undefined) {
      this.#host.transmit(control);
      return true;
    }
    const channel = this.#scheduler.next(this.#host.bulkHasRoom);
    if (channel === undefined) return false;
    this.#scheduler.served(channel, channel.sendNext(this.#host.chunkBytes));
    return true;
  }
}

function flush(queue: SendQueue): void {
  queue.flush();
}

function flushLate(queue: SendQueue): void {
  queue.flushLate();
}
