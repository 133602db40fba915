import { Inbox } from './inbox.ts';
import { ReceiveWindow, type WindowHost } from './receive-window.ts';

/** The application's end of a channel, implemented by `MuxStream` (a Duplex). */
export interface ChannelEnd {
  readonly readableLength: number;
  readonly destroyed: boolean;
  push(chunk: Uint8Array | null): boolean;
  destroy(error?: Error): unknown;
}

/** The receiving half of a channel: bytes received but not yet read, and the credit for bytes that were read. */
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

  /** @param window initial and maximum size, in bytes. */
  constructor(host: WindowHost, window: { initial: number; max: number }) {
    this.#window = new ReceiveWindow(host, window);
  }

  get window(): number {
    return this.#window.size;
  }

  /** Bytes received that the application has not read, whether they wait here or in Node's buffer. */
  get unread(): number {
    if (this.#end?.destroyed === true) return 0;
    return this.#inbox.bytes + (this.#end?.readableLength ?? 0);
  }

  /** Connects the application's end; call once. */
  attach(end: ChannelEnd): void {
    this.#end = end;
  }

  /** Accepts bytes from the peer. @returns false if they exceed its credit. */
  receive(parts: readonly Uint8Array[], length: number): boolean {
    if (!this.#window.receive(length)) return false;
    this.bytesReceived += length;
    if (this.#isDiscarding) return true;
    this.#unconsumed += length;
    for (const part of parts) this.#inbox.push(part);
    return true;
  }

  /** No more bytes follow: the reader gets the end once it has read those received. */
  complete(): void {
    this.#isComplete = true;
  }

  /** The application wants bytes. */
  wanted(): void {
    this.#isReading = true;
  }

  /** Passes received bytes to the application, for as long as it wants them. */
  deliver(): void {
    const end = this.#end;
    if (end === undefined || end.destroyed || this.#isDiscarding) return;
    while (this.#isReading) {
      const chunk = this.#inbox.shift();
      if (chunk === undefined) break;
      // push() may call read(), which sets the flag again.
      this.#isReading = false;
      if (end.push(chunk)) this.#isReading = true;
    }
    if (this.#isComplete && this.#inbox.bytes === 0 && !this.#isEndDelivered) {
      this.#isEndDelivered = true;
      end.push(null);
    }
  }

  /** Counts what has left the application's buffer since the last call. @returns the credit to send; 0 for none yet. */
  settle(): number {
    if (this.#end === undefined) return 0;
    const held = this.#inbox.bytes + this.#end.readableLength;
    const consumed = this.#unconsumed - held;
    if (consumed <= 0) return 0;
    this.#unconsumed = held;
    return this.#isComplete || this.#isDiscarding ? 0 : this.#window.consume(consumed);
  }

  /** Nobody reads any more: drops the bytes held here and all that still arrive. */
  discard(): void {
    this.#isDiscarding = true;
    this.#inbox.clear();
  }

  /** Returns to the budget what the window borrowed. */
  release(): void {
    this.#window.release();
  }
}
