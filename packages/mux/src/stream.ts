import { Duplex } from 'node:stream';
import type { Channel } from './channel.ts';
import type { ResetCode } from './codes.ts';
import { StreamResetError } from './errors.ts';

/** Bytes kept in Node's own buffers a direction; what is beyond waits under the credit of the stream. */
const highWaterMark = 64 * 1024;
const ignore = (): void => {};

/**
 * A stream of a tunnel. `end()` ends our direction only (`allowHalfOpen`), the peer's END arrives as 'end',
 * `destroy()` before both directions finished resets the stream. Back-pressure is plain Duplex back-pressure: what the
 * reader leaves in the buffer is not credited to the sender.
 *
 * `for await` over it, and what is built on that (`stream/consumers`), destroy it when the loop is over, as with any
 * Duplex, even if `end()` was called and its bytes are still waiting: use 'data', `pipe` or `pipeline` when sending and
 * receiving at once.
 *
 * An 'error' nobody listens for is not thrown: a peer that resets its streams must not end the process.
 */
export class MuxStream extends Duplex {
  readonly #channel: Channel;

  /** Made by the session only. */
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

  /** The head OPEN carried; empty on the side that opened it. */
  get head(): Uint8Array {
    return this.#channel.head;
  }

  get interactive(): boolean {
    return this.#channel.interactive;
  }

  /** Whether the peer has ended its direction, or opened it ended, without a byte of DATA. */
  get hasNoData(): boolean {
    return this.#channel.remoteEnded && this.#channel.bytesReceived === 0;
  }

  /** Payload bytes of DATA that arrived. */
  get bytesReceived(): number {
    return this.#channel.bytesReceived;
  }

  /** Payload bytes of DATA handed to the transport. */
  get bytesSent(): number {
    return this.#channel.bytesSent;
  }

  /** The most the peer may send beyond what was consumed here, in bytes. Grows with bandwidth × round trip. */
  get receiveWindow(): number {
    return this.#channel.window;
  }

  /**
   * On the opener's side the head of the peer's ACCEPT; on the acceptor's side our own, once accepted.
   * Rejects with a StreamResetError when the stream ends without one.
   */
  get accepted(): Promise<Uint8Array> {
    return this.#channel.accepted;
  }

  /**
   * Accepts a stream the peer opened; what was written before is sent after it. `end` says that no bytes follow.
   * Does nothing when the stream is over already. Throws when called twice, by the opener, or for a head above 64 KiB.
   */
  accept(head: Uint8Array, options: { end?: boolean } = {}): void {
    const { end = false } = options;
    // What was written before goes first; then END follows it as a frame of its own.
    this.#channel.accept(head, end && this.writableLength === 0);
    if (end) this.end();
  }

  /**
   * Cancels: ends both directions at once and tells the peer why. What is queued or unread is dropped, here and at the
   * peer, even when both sides had ended and only the reading was left. The reason reaches the peer: at most 256 bytes,
   * no secrets.
   */
  reset(code: ResetCode, reason: string): void {
    this.#channel.reset(code, reason);
  }

  /**
   * Ends both directions with an error *behind* everything written so far, as when the source of the bytes broke off:
   * the peer's reader gets all of it first and the StreamResetError then. Nothing more is received here. Write nothing
   * afterwards, and leave the stream alone: it is destroyed with the same error once everything was sent. `destroy`
   * and `reset` before that still cancel, and so does the time limit of an aborted stream (`abortLingerMs`), for a
   * reader that has stopped reading. Before `accept` it is the same as `reset`. The reason reaches the peer, as above.
   */
  abort(code: ResetCode, reason: string): void {
    if (this.destroyed) return;
    this.#channel.abort(code, reason);
    if (!this.writableEnded && !this.destroyed) this.end();
  }

  // The return type is inferred: it is the one of Node's own read(), which nothing narrower can stand for.
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
