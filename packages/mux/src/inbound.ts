import { Inbox } from './inbox.ts';
import { ReceiveWindow, type WindowHost } from './receive-window.ts';

/** The application's end of a channel: what `MuxStream` (a Duplex) offers. */
export interface ChannelEnd {
  readonly readableLength: number;
  readonly destroyed: boolean;
  push(chunk: Uint8Array | null): boolean;
  destroy(error?: Error): unknown;
}

/** The receiving half of a channel: what arrived and is not yet read, and the credit for what was. */
export class Inbound {
  bytesReceived = 0;
  readonly #window: ReceiveWindow;
  readonly #inbox = new Inbox();
  #end: ChannelEnd | undefined;
  #unconsumed = 0;
  #isReading = false;
  #isComplete = false;
  #isEndDelivered = false;
  #isDiscarding = false;

  /** Both in bytes: the window the stream starts with, and the most it grows to. */
  constructor(host: WindowHost, window: { initial: number; max: number }) {
    this.#window = new ReceiveWindow(host, window);
  }

  get window(): number {
    return this.#window.size;
  }

  /** Bytes that arrived and the application has not taken, whether they wait here or in Node's buffer. */
  get unread(): number {
    if (this.#end?.destroyed === true) return 0;
    return this.#inbox.bytes + (this.#end?.readableLength ?? 0);
  }

  /** Connects the application's end, once. */
  attach(end: ChannelEnd): void {
    this.#end = end;
  }

  /** Takes bytes from the peer. False when they are more than it had credit for. */
  receive(parts: readonly Uint8Array[], length: number): boolean {
    if (!this.#window.receive(length)) return false;
    this.bytesReceived += length;
    if (this.#isDiscarding) return true;
    this.#unconsumed += length;
    for (const part of parts) this.#inbox.push(part);
    return true;
  }

  /** No bytes follow those that arrived: the reader is told once it has them. */
  complete(): void {
    this.#isComplete = true;
  }

  /** The application asks for bytes. */
  wanted(): void {
    this.#isReading = true;
  }

  /** Hands over what arrived, as far as the application wants it. */
  deliver(): void {
    const end = this.#end;
    if (end === undefined || end.destroyed || this.#isDiscarding) return;
    while (this.#isReading) {
      const chunk = this.#inbox.shift();
      if (chunk === undefined) break;
      // read() may be called, and set the flag again, inside push().
      this.#isReading = false;
      if (end.push(chunk)) this.#isReading = true;
    }
    if (this.#isComplete && this.#inbox.bytes === 0 && !this.#isEndDelivered) {
      this.#isEndDelivered = true;
      end.push(null);
    }
  }

  /** Counts what left the application's buffer since the last time. Returns the credit to give, 0 for none yet. */
  settle(): number {
    if (this.#end === undefined) return 0;
    const held = this.#inbox.bytes + this.#end.readableLength;
    const consumed = this.#unconsumed - held;
    if (consumed <= 0) return 0;
    this.#unconsumed = held;
    return this.#isComplete || this.#isDiscarding ? 0 : this.#window.consume(consumed);
  }

  /** Nobody reads on: drops what is here and what still comes. */
  discard(): void {
    this.#isDiscarding = true;
    this.#inbox.clear();
  }

  /** Gives back what the window borrowed. */
  release(): void {
    this.#window.release();
  }
}
