import { type ResetCode, resetCodes } from './codes.ts';
import type { QueuedFrame } from './control-queue.ts';
import { HeadTooLargeError, StreamResetError } from './errors.ts';
import { acceptHeader, encodeCredit, encodeHeader, encodeReset, FrameType, maxHeadBytes } from './frame.ts';
import { type ChannelEnd, Inbound } from './inbound.ts';
import { initialWindow, narrowWindow } from './options.ts';
import { Outbox, type Written } from './outbox.ts';
import type { WindowHost } from './receive-window.ts';
import { type Flow, type FlowState, newFlowState } from './scheduler.ts';

/** The part of the session that its channels use. */
export interface ChannelHost extends WindowHost {
  /** How long an aborted stream may take to deliver the bytes before its error, in milliseconds. */
  readonly abortLingerMs: number;
  /** The largest size of a stream's receive window, in bytes. */
  readonly maxWindow: number;
  /** Call when the channel may have become able to send. */
  wake(channel: Channel): void;
  /** Queues a control frame, given in parts. */
  control(...frame: Uint8Array[]): void;
  /** Queues a control frame that can wait until everything in the socket has been read. */
  answer(frame: Uint8Array): void;
  /** Queues an ACCEPT. @returns false if too many heads are already waiting. */
  accept(...frame: Uint8Array[]): boolean;
  /** Removes a channel's OPEN from the queue. @returns true if it had not been sent, so the peer does not know the stream. */
  withdraw(channel: Channel): boolean;
  /** Passes a stream frame to the transport immediately. */
  send(frame: readonly Uint8Array[]): void;
  /** The channel has ended on the wire. */
  ended(channel: Channel): void;
  /** The channel has ended on the wire and holds no more bytes for its reader: it no longer counts as a stream. */
  released(channel: Channel): void;
}

const nothing = new Uint8Array(0);
const maxSendCredit = 2 ** 31 - 1;
const ignore = (): void => {};

/**
 * One stream on the wire: its state (docs/protocol.md, "Streams"), the credit of both directions and what is queued.
 * `on…` methods process the peer's frames and return the name of a violation that ends the session, or undefined.
 *
 * A channel ends in two steps. It is *over* when none of its frames are sent or accepted any more, and *released* when
 * its reader has also read everything or stopped reading: only then does it no longer count as a stream.
 */
export class Channel implements Flow {
  readonly id: number;
  readonly head: Uint8Array;
  readonly interactive: boolean;
  readonly opener: boolean;
  /** Whether its windows started at 256 KiB, not 64 KiB. */
  readonly wide: boolean;
  readonly flow: FlowState = newFlowState();
  readonly accepted: Promise<Uint8Array>;
  bytesSent = 0;
  /** The opener's OPEN while it waits to be sent. */
  openFrame: QueuedFrame | undefined;

  readonly #host: ChannelHost;
  readonly #inbound: Inbound;
  readonly #outbox = new Outbox();
  readonly #acceptance = Promise.withResolvers<Uint8Array>();
  #end: ChannelEnd | undefined;
  #isAccepted = false;
  #sendCredit: number;
  #localEnd: 'open' | 'wanted' | 'sent' = 'open';
  #remoteEnded = false;
  #endWritten: Written | undefined;
  /** Our abort, sent after everything that was written before it. */
  #abort: StreamResetError | undefined;
  /** The peer's abort, reported to the application once it has read all bytes before it. */
  #failure: StreamResetError | undefined;
  /** Writers that get `#failure` at the same time as the reader: an error destroys both directions of a Duplex. */
  readonly #heldBack: Written[] = [];
  #linger: NodeJS.Timeout | undefined;
  /** Both directions ended or the stream was reset: nothing more is sent or accepted. */
  #isOver = false;
  #isReleased = false;

  constructor(
    host: ChannelHost,
    open: { id: number; head: Uint8Array; interactive: boolean; opener: boolean; wide: boolean; end: boolean },
  ) {
    this.#host = host;
    this.id = open.id;
    // Our own head is not needed once sent; keeping it would keep every request head in memory.
    this.head = open.opener ? nothing : open.head;
    this.interactive = open.interactive;
    this.opener = open.opener;
    this.wide = open.wide;
    const initial = open.wide ? initialWindow : narrowWindow;
    this.#sendCredit = initial;
    // A terminal's window stays small, so that little output lies ahead of Ctrl-C.
    this.#inbound = new Inbound(host, { initial, max: open.interactive ? initialWindow : host.maxWindow });
    this.accepted = this.#acceptance.promise;
    // If the caller never asks for the response, a refusal must not become an unhandled rejection.
    this.accepted.catch(ignore);
    if (!open.end) return;
    if (open.opener) {
      this.#localEnd = 'sent';
    } else {
      this.#remoteEnded = true;
      this.#inbound.complete();
    }
  }

  get localEnded(): boolean {
    return this.#localEnd !== 'open';
  }

  get bytesReceived(): number {
    return this.#inbound.bytesReceived;
  }

  get remoteEnded(): boolean {
    return this.#remoteEnded;
  }

  get window(): number {
    return this.#inbound.window;
  }

  get queuedBytes(): number {
    return this.#outbox.bytes;
  }

  get sendable(): boolean {
    if (this.#isOver || !(this.opener || this.#isAccepted)) return false;
    return this.#outbox.bytes > 0 ? this.#sendCredit > 0 : this.#localEnd === 'wanted';
  }

  /** Connects the application's end; call once. */
  attach(end: ChannelEnd): void {
    this.#end = end;
    this.#inbound.attach(end);
    this.#deliver();
  }

  // ---- called by the application

  accept(head: Uint8Array, end: boolean): void {
    if (this.opener) throw new Error('accept() is for streams the peer opened');
    if (this.#isAccepted) throw new Error('the stream was accepted already');
    if (head.length > maxHeadBytes) throw new HeadTooLargeError(`a head has at most ${maxHeadBytes} bytes`);
    if (this.#isOver) return;
    if (!this.#host.accept(acceptHeader(this.id, end), head)) {
      this.reset('limit', 'too many answers wait to be sent');
      return;
    }
    this.#isAccepted = true;
    this.#acceptance.resolve(head);
    if (end) this.#localEndSent();
    else this.#host.wake(this);
  }

  write(chunks: readonly Uint8Array[], written: Written): void {
    if (this.#failure !== undefined) {
      this.#heldBack.push(written);
      return;
    }
    if (this.#isOver) {
      written(new StreamResetError('cancelled', 'the stream is over', false));
      return;
    }
    this.#outbox.add(chunks, written);
    if (this.#outbox.bytes === 0) this.#outbox.settle();
    else this.#host.wake(this);
  }

  finish(written: Written): void {
    if (this.#failure !== undefined) {
      this.#heldBack.push(written);
      return;
    }
    if (this.#isOver || this.#localEnd === 'sent') {
      written();
      return;
    }
    this.#localEnd = 'wanted';
    this.#endWritten = written;
    this.#host.wake(this);
  }

  /** The application wants bytes. */
  read(): void {
    this.#inbound.wanted();
    this.#deliver();
  }

  /** Processes what has left the application's buffer since the last call: sends credit, or completes a pending end. */
  settle(): void {
    const credit = this.#inbound.settle();
    if (!this.#isOver) {
      if (credit > 0) this.#host.answer(encodeCredit(this.id, credit));
    } else if (this.#inbound.unread === 0) {
      if (this.#failure === undefined) this.#release();
      else this.fail(this.#failure);
    }
  }

  /** Ends both directions immediately; queued bytes are dropped, here and at the peer. */
  reset(code: ResetCode, reason: string): void {
    if (this.#isReleased) {
      // There is nothing left to cancel, but a reader that never reached the end would keep the stream open here.
      this.#end?.destroy();
      return;
    }
    const error = new StreamResetError(code, reason, false);
    if (!this.#isOver) this.#sendReset(error, { abort: false });
    this.fail(error);
  }

  /** Ends both directions with an error after everything written; the caller ends the writing direction. */
  abort(code: ResetCode, reason: string): void {
    if (this.#isOver || this.#abort !== undefined) return;
    // No bytes can precede it: a stream that is reset without ACCEPT carried none from the acceptor.
    if (!this.opener && !this.#isAccepted) {
      this.reset(code, reason);
      return;
    }
    this.#abort = new StreamResetError(code, reason, false);
    this.#inbound.discard();
    this.#linger = setTimeout(() => this.reset(code, reason), this.#host.abortLingerMs);
    if (this.#localEnd === 'sent') {
      this.#sendReset(this.#abort, { abort: true });
      this.fail(this.#abort);
    }
  }

  /** The application's end was destroyed: cancels what is in progress and drops unread bytes. */
  letGo(code: ResetCode, reason: string): void {
    // The common case: do not create an error, whose stack is costly.
    if (this.#isReleased) return;
    if (this.#isOver) this.fail(this.#failure ?? new StreamResetError(code, reason, false));
    else this.reset(code, reason);
  }

  // ---- called for the peer's frames

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
    if (this.#inbound.receive(parts, length)) this.#deliver();
    else this.reset('flow-control', 'more DATA than credit');
    return undefined;
  }

  onEnd(): string | undefined {
    if (this.opener && !this.#isAccepted) return 'END before ACCEPT';
    if (this.#remoteEnded) return 'a second END';
    this.#remoteEnded = true;
    this.#inbound.complete();
    this.#overIfBothEnded();
    this.#deliver();
    return undefined;
  }

  onCredit(bytes: number): void {
    this.#sendCredit += bytes;
    if (this.#sendCredit > maxSendCredit) this.reset('flow-control', 'credit beyond 2^31-1');
    else this.#host.wake(this);
  }

  /** The peer ended the stream with an error after the bytes it sent: the reader gets those first. */
  onAbort(error: StreamResetError): void {
    if (this.#abort !== undefined || this.#inbound.unread === 0) {
      this.fail(error);
      return;
    }
    this.#failure = error;
    this.#acceptance.reject(error);
    const written = this.#outbox.clear();
    if (written !== undefined) this.#heldBack.push(written);
    this.#linger = setTimeout(() => this.fail(error), this.#host.abortLingerMs);
    this.#over();
  }

  /** Ends the stream locally without sending anything: it was reset, its session has ended, or it had ended before. */
  fail(error: StreamResetError): void {
    if (this.#isReleased) return;
    clearTimeout(this.#linger);
    this.#inbound.discard();
    this.#over();
    this.#acceptance.reject(error);
    this.#end?.destroy(error);
    for (const written of [this.#outbox.clear(), this.#endWritten, ...this.#heldBack.splice(0)]) {
      if (written !== undefined) process.nextTick(written, error);
    }
    this.#endWritten = undefined;
    this.#release();
  }

  // ---- called by the session

  /** Sends one frame of at most `max` payload bytes; the caller has checked `sendable`. Returns the payload's length. */
  sendNext(max: number): number {
    const payload = this.#outbox.take(Math.min(max, this.#sendCredit));
    if (payload.length === 0) {
      this.#sendEnd();
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

  #sendEnd(): void {
    if (this.#abort !== undefined) {
      this.#host.send([this.#resetFrame(this.#abort, { abort: true })]);
      this.fail(this.#abort);
      return;
    }
    this.#host.send([encodeHeader(FrameType.end, 0, this.id)]);
    this.#localEndSent();
  }

  #localEndSent(): void {
    this.#localEnd = 'sent';
    this.#overIfBothEnded();
    const written = this.#endWritten;
    this.#endWritten = undefined;
    written?.();
  }

  #sendReset(error: StreamResetError, options: { abort: boolean }): void {
    if (!this.#host.withdraw(this)) this.#host.control(this.#resetFrame(error, options));
  }

  #resetFrame({ code, reason }: StreamResetError, { abort }: { abort: boolean }): Buffer {
    return encodeReset(this.id, { code: resetCodes[code].wire, reason, abort });
  }

  #deliver(): void {
    try {
      this.#inbound.deliver();
    } catch (error) {
      // A listener of this stream threw: that ends this stream, not the tunnel.
      this.#end?.destroy(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.settle();
  }

  #overIfBothEnded(): void {
    if (this.#remoteEnded && this.#localEnd === 'sent') this.#over();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#host.ended(this);
    if (this.#inbound.unread === 0) this.#release();
  }

  #release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#inbound.release();
    this.#host.released(this);
  }
}
