import type { Channel } from './channel.ts';
import { ControlQueue, type QueuedFrame } from './control-queue.ts';
import { Scheduler } from './scheduler.ts';

/** How the queue reaches the world. */
export interface SendQueueHost {
  /** Whether the transport takes more now. */
  readonly hasRoom: boolean;
  /** Whether bulk may be sent now; when that changes, `flush` is called. */
  readonly bulkHasRoom: boolean;
  /** Largest DATA payload now. */
  readonly chunkBytes: number;
  transmit(frame: readonly Uint8Array[]): void;
  /** The ACK that is due, if one is. */
  takeAck(): Uint8Array | undefined;
}

/** What waits to be sent: control frames in order, then streams as the scheduler says. */
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

  /** What waiting OPENs and ACCEPTs cost, in bytes. */
  get headBytes(): number {
    return this.#control.headBytes;
  }

  /** What the other waiting control frames cost, in bytes. */
  get answerBytes(): number {
    return this.#control.answerBytes;
  }

  control(...frame: Uint8Array[]): void {
    if (this.#isStopped) return;
    this.#control.push(frame, { isHead: false });
    this.flushSoon();
  }

  /** An OPEN or ACCEPT; with what this returns it can be withdrawn. */
  head(...frame: Uint8Array[]): QueuedFrame {
    const queued = this.#control.push(frame, { isHead: true });
    this.flushSoon();
    return queued;
  }

  /** Takes a head back. False when it was sent already. */
  withdraw(queued: QueuedFrame): boolean {
    return this.#control.withdraw(queued);
  }

  /** A control frame that answers bytes which arrived, and can wait until those that arrived with them were read. */
  answer(frame: Uint8Array): void {
    if (this.#isStopped) return;
    this.#control.push([frame], { isHead: false });
    this.flushAfterReads();
  }

  wake(channel: Channel): void {
    if (!channel.sendable) return;
    // Bulk comes in pieces, one for each TLS record that was read: together they leave in full records.
    if (this.#scheduler.wake(channel) === 'bulk') this.flushAfterReads();
    else this.flushSoon();
  }

  /** Flushes once the running callback is through, so that what it causes is sent, and ordered, together. */
  flushSoon(): void {
    if (this.#isFlushAsked || this.#isFlushing || this.#isStopped) return;
    this.#isFlushAsked = true;
    process.nextTick(flush, this);
  }

  /** Flushes once what the socket holds now was read: what answers many frames leaves in one write. */
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

  /** Sends the control frames that wait, room or not, and takes nothing more. */
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
