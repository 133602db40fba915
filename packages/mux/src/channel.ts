import { type ResetCode, resetCodes } from './codes.ts';
import { StreamResetError } from './errors.ts';
import { acceptHeader, encodeCredit, encodeHeader, encodeReset, FrameType, maxHeadBytes } from './frame.ts';
import { Inbox } from './inbox.ts';
import { initialWindow } from './options.ts';
import { Outbox, type Written } from './outbox.ts';
import { ReceiveWindow, type WindowHost } from './receive-window.ts';
import { type Flow, type FlowState, newFlowState } from './scheduler.ts';

/** The session as its channels see it. */
export interface ChannelHost extends WindowHost {
  /** The channel may have become able to send. */
  wake(channel: Channel): void;
  /** Queues a control frame, given in parts. */
  control(...frame: Uint8Array[]): void;
  /** Queues a control frame that need not be sent before the socket was read empty. */
  answer(frame: Uint8Array): void;
  /** Hands a stream frame to the transport now. */
  send(frame: readonly Uint8Array[]): void;
  /** The channel is over on the wire. */
  ended(channel: Channel): void;
}

/** The application's end of a channel: what `MuxStream` (a Duplex) offers. */
export interface ChannelEnd {
  readonly readableLength: number;
  readonly destroyed: boolean;
  push(chunk: Uint8Array | null): boolean;
  destroy(error?: Error): unknown;
}

const maxSendCredit = 2 ** 31 - 1;
const ignore = (): void => {};

/**
 * One stream on the wire: its state (docs/protocol.md, "Streams"), the credit of both directions and what is queued.
 * `on…` methods take what the peer did and answer with the name of a violation that ends the session, or undefined.
 */
export class Channel implements Flow {
  readonly id: number;
  readonly head: Uint8Array;
  readonly interactive: boolean;
  readonly opener: boolean;
  readonly flow: FlowState = newFlowState();
  readonly accepted: Promise<Uint8Array>;
  bytesReceived = 0;
  bytesSent = 0;

  readonly #host: ChannelHost;
  readonly #window: ReceiveWindow;
  readonly #inbox = new Inbox();
  readonly #outbox = new Outbox();
  readonly #acceptance = Promise.withResolvers<Uint8Array>();
  #isAccepted = false;
  #sendCredit = initialWindow;
  #unconsumed = 0;
  #localEnd: 'open' | 'wanted' | 'sent' = 'open';
  #remoteEnded = false;
  #endDelivered = false;
  #reading = false;
  #endWritten: Written | undefined;
  #isOver = false;
  #end: ChannelEnd | undefined;

  constructor(
    host: ChannelHost,
    open: { id: number; head: Uint8Array; interactive: boolean; opener: boolean; end: boolean },
  ) {
    this.#host = host;
    this.id = open.id;
    this.head = open.head;
    this.interactive = open.interactive;
    this.opener = open.opener;
    this.#window = new ReceiveWindow(host, { fixed: open.interactive });
    this.accepted = this.#acceptance.promise;
    // A caller that never asks for the response must not bring the process down when it is refused.
    this.accepted.catch(ignore);
    if (open.end) {
      if (open.opener) this.#localEnd = 'sent';
      else this.#remoteEnded = true;
    }
  }

  /** Both directions ended or the stream was reset: nothing more is sent or taken. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get localEnded(): boolean {
    return this.#localEnd !== 'open';
  }

  get window(): number {
    return this.#window.size;
  }

  get queuedBytes(): number {
    return this.#outbox.bytes;
  }

  get sendable(): boolean {
    if (this.#isOver || !(this.opener || this.#isAccepted)) return false;
    return this.#outbox.bytes > 0 ? this.#sendCredit > 0 : this.#localEnd === 'wanted';
  }

  /** Connects the application's end, once. */
  attach(end: ChannelEnd): void {
    this.#end = end;
    this.#deliver();
  }

  // ---- what the application does

  accept(head: Uint8Array, end: boolean): void {
    if (this.opener) throw new Error('accept() is for streams the peer opened');
    if (this.#isAccepted) throw new Error('the stream was accepted already');
    if (head.length > maxHeadBytes) throw new RangeError(`a head has at most ${maxHeadBytes} bytes`);
    if (this.#isOver) return;
    this.#isAccepted = true;
    this.#host.control(acceptHeader(this.id, end), head);
    this.#acceptance.resolve(head);
    if (end) {
      this.#localEnd = 'sent';
      this.#overIfBothEnded();
    } else {
      this.#host.wake(this);
    }
  }

  write(chunks: readonly Uint8Array[], written: Written): void {
    if (this.#isOver) {
      written(new StreamResetError('cancelled', 'the stream is over', false));
      return;
    }
    this.#outbox.add(chunks, written);
    if (this.#outbox.bytes === 0) this.#outbox.settle();
    else this.#host.wake(this);
  }

  finish(written: Written): void {
    if (this.#isOver || this.#localEnd === 'sent') {
      written();
      return;
    }
    this.#localEnd = 'wanted';
    this.#endWritten = written;
    this.#host.wake(this);
  }

  /** The application asks for bytes. */
  read(): void {
    this.#reading = true;
    this.#deliver();
  }

  /** Gives credit for what left the application's buffer since the last time. */
  settleCredit(): void {
    if (this.#end === undefined) return;
    const held = this.#inbox.bytes + this.#end.readableLength;
    const consumed = this.#unconsumed - held;
    if (consumed <= 0) return;
    this.#unconsumed = held;
    if (this.#remoteEnded || this.#isOver) return;
    const credit = this.#window.consume(consumed);
    if (credit > 0) this.#host.answer(encodeCredit(this.id, credit));
  }

  reset(code: ResetCode, reason: string): void {
    if (this.#isOver) return;
    this.#host.control(encodeReset(this.id, resetCodes[code].wire, reason));
    this.fail(new StreamResetError(code, reason, false));
  }

  // ---- what the peer does

  onAccept(head: Uint8Array, end: boolean): string | undefined {
    if (!this.opener) return 'ACCEPT from the opener';
    if (this.#isAccepted) return 'a second ACCEPT';
    this.#isAccepted = true;
    this.#acceptance.resolve(head);
    return end ? this.onEnd() : undefined;
  }

  onData(parts: readonly Uint8Array[], length: number): string | undefined {
    if (this.opener && !this.#isAccepted) return 'DATA before ACCEPT';
    if (this.#remoteEnded) return 'DATA after END';
    if (!this.#window.receive(length)) {
      this.reset('flow-control', 'more DATA than credit');
      return undefined;
    }
    this.bytesReceived += length;
    this.#unconsumed += length;
    for (const part of parts) this.#inbox.push(part);
    this.#deliver();
    return undefined;
  }

  onEnd(): string | undefined {
    if (this.opener && !this.#isAccepted) return 'END before ACCEPT';
    if (this.#remoteEnded) return 'a second END';
    this.#remoteEnded = true;
    this.#overIfBothEnded();
    this.#deliver();
    return undefined;
  }

  onCredit(bytes: number): void {
    this.#sendCredit += bytes;
    if (this.#sendCredit > maxSendCredit) this.reset('flow-control', 'credit beyond 2^31-1');
    else this.#host.wake(this);
  }

  /** Ends the stream here without a word to the peer: it was reset, or its session is gone. */
  fail(error: StreamResetError): void {
    if (this.#isOver) return;
    this.#over();
    this.#acceptance.reject(error);
    this.#inbox.clear();
    this.#end?.destroy(error);
    const written = this.#outbox.clear();
    if (written !== undefined) process.nextTick(written, error);
    if (this.#endWritten !== undefined) process.nextTick(this.#endWritten, error);
    this.#endWritten = undefined;
  }

  // ---- what the session does

  /** Sends one frame of at most `max` payload bytes; the caller has checked `sendable`. Returns the payload's length. */
  sendNext(max: number): number {
    const payload = this.#outbox.take(Math.min(max, this.#sendCredit));
    if (payload.length === 0) {
      this.#localEnd = 'sent';
      this.#host.send([encodeHeader(FrameType.end, 0, this.id)]);
      this.#overIfBothEnded();
      const written = this.#endWritten;
      this.#endWritten = undefined;
      written?.();
      return 0;
    }
    let length = 0;
    for (const part of payload) length += part.length;
    this.#sendCredit -= length;
    this.bytesSent += length;
    this.#host.send([encodeHeader(FrameType.data, 0, this.id), ...payload]);
    this.#outbox.settle();
    return length;
  }

  /** Hands over what arrived, as far as the application wants it. */
  #deliver(): void {
    const end = this.#end;
    if (end === undefined || end.destroyed) return;
    try {
      while (this.#reading) {
        const chunk = this.#inbox.shift();
        if (chunk === undefined) break;
        // read() may be called, and set the flag again, inside push().
        this.#reading = false;
        if (end.push(chunk)) this.#reading = true;
      }
      if (this.#remoteEnded && this.#inbox.bytes === 0 && !this.#endDelivered) {
        this.#endDelivered = true;
        end.push(null);
      }
    } catch (error) {
      // A listener of this stream threw: that is this stream's end, not the tunnel's.
      end.destroy(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.settleCredit();
  }

  #overIfBothEnded(): void {
    if (this.#remoteEnded && this.#localEnd === 'sent') this.#over();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#window.release();
    this.#host.ended(this);
  }
}
