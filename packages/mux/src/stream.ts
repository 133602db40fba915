import { Duplex } from 'node:stream';
import type { Channel } from './channel.ts';
import type { ResetCode } from './codes.ts';
import { StreamResetError } from './errors.ts';

/** Bytes in Node's own buffers, per direction; anything more is limited by the stream's credit. */
const highWaterMark = 64 * 1024;
const ignore = (): void => {};

/**
 * A stream of a tunnel. `end()` ends our direction only (`allowHalfOpen`), the peer's END arrives as 'end', and
 * `destroy()` before both directions have finished resets the stream. Back-pressure works as with any Duplex: bytes
 * that the reader leaves in the buffer are not credited to the sender.
 *
 * `for await` over it, and anything built on that (`stream/consumers`), destroys it at the end of the loop, as with any
 * Duplex, even if `end()` was called and its bytes are still waiting: use 'data', `pipe` or `pipeline` to send and
 * receive at the same time.
 *
 * An 'error' without a listener is not thrown: a peer that resets its streams must not end the process.
 */
export class MuxStream extends Duplex {
  readonly #channel: Channel;

  /** Only the session creates streams. */
  constructor(channel: Channel) {
    super({ allowHalfOpen: true, readableHighWaterMark: highWaterMark, writableHighWaterMark: highWaterMark });
    this.#channel = channel;
    this.on('error', ignore);
    channel.attach(this);
    if (channel.localEnded) this.end();
  }

  get id(): number {
    return this.#channel.id;
  }

  /** The head from OPEN; empty on the side that opened the stream. */
  get head(): Uint8Array {
    return this.#channel.head;
  }

  get interactive(): boolean {
    return this.#channel.interactive;
  }

  /** Whether the peer has ended its direction, or opened it as ended, without any DATA. */
  get hasNoData(): boolean {
    return this.#channel.remoteEnded && this.#channel.bytesReceived === 0;
  }

  /** Payload bytes of DATA received. */
  get bytesReceived(): number {
    return this.#channel.bytesReceived;
  }

  /** Payload bytes of DATA passed to the transport. */
  get bytesSent(): number {
    return this.#channel.bytesSent;
  }

  /** How many bytes the peer may send beyond those consumed here. Grows with bandwidth × round trip. */
  get receiveWindow(): number {
    return this.#channel.window;
  }

  /**
   * The head of ACCEPT: the peer's on the side that opened the stream, our own on the other side once accepted.
   * Rejects with a StreamResetError if the stream ends without one.
   */
  get accepted(): Promise<Uint8Array> {
    return this.#channel.accepted;
  }

  /**
   * Accepts a stream that the peer opened; anything already written is sent after the head. `end` means that no bytes
   * follow. Does nothing if the stream has already ended. Throws if called twice, on the opener's side, or for a head
   * above 64 KiB.
   */
  accept(head: Uint8Array, options: { end?: boolean } = {}): void {
    const { end = false } = options;
    // Anything already written goes first; END then follows as a frame of its own.
    this.#channel.accept(head, end && this.writableLength === 0);
    if (end) this.end();
  }

  /**
   * Cancels the stream: ends both directions immediately and tells the peer why. Queued and unread bytes are dropped, here
   * and at the peer, even if both sides had ended and only reading was left. The reason is sent to the peer: at most 256
   * bytes, no secrets.
   */
  reset(code: ResetCode, reason: string): void {
    this.#channel.reset(code, reason);
  }

  /**
   * Ends both directions with an error *after* everything written so far, for a source that broke off: the peer's reader
   * gets all of it first, then the StreamResetError. Nothing more is received here. Do not write or use the stream
   * afterwards; it is destroyed with the same error once everything was sent. Until then `destroy` and `reset` still
   * cancel it, and so does the time limit of aborted streams (`abortLingerMs`) if the reader has stopped. Before `accept`
   * it is the same as `reset`. The reason is sent to the peer, with the limits of `reset`.
   */
  abort(code: ResetCode, reason: string): void {
    if (this.destroyed) return;
    this.#channel.abort(code, reason);
    this.end();
  }

  // The return type is inferred: it must be that of Node's own read(), and no narrower type is assignable.
  override read(size?: number) {
    const chunk = super.read(size);
    if (chunk !== null) this.#channel.settle();
    return chunk;
  }

  override _read(): void {
    this.#channel.read();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.write([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const parts: Buffer[] = [];
    for (const { chunk } of chunks) parts.push(chunk);
    this.#channel.write(parts, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.finish(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error instanceof StreamResetError) this.#channel.letGo(error.code, error.reason);
    else this.#channel.letGo(error === null ? 'cancelled' : 'internal', '');
    done(error);
  }
}
