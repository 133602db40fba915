import { Duplex } from 'node:stream';
import { type ResetCode, StreamResetError } from '@postern/mux';
import type { SessionReader } from '@postern/recording';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { SessionEndedError } from '../passage/session-ended-error.ts';

/** Bytes buffered per direction, as in the tunnel's streams. */
const highWaterMark = 64 * 1024;
/** How long a session that is ended may be in the middle of a message, and then take to close, in milliseconds. */
const patience = { messageMs: 300, closeMs: 5_000 };
/** How long a person may take to read what came before their stream broke off. */
const readRestMs = 30_000;

/** A recording, as the stream needs it. */
interface Gate {
  readonly isFull: boolean;
  once(event: 'room', listener: () => void): unknown;
}

/** Passes a session's bytes through unchanged, shows them to its reader, and can end it with a reason that the person sees. */
export class RecordedSessionStream extends Duplex implements ClusterStream {
  readonly #inner: ClusterStream;
  readonly #reader: SessionReader;
  readonly #gate: Gate | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  #aborted: { code: ResetCode; reason: string } | undefined;
  #endingReason: string | undefined;
  /** The inner stream broke off; the person may still read what came before. */
  #broken: Error | undefined;

  constructor(inner: ClusterStream, { reader, gate }: { reader: SessionReader; gate: Gate | undefined }) {
    super({ allowHalfOpen: true, readableHighWaterMark: highWaterMark, writableHighWaterMark: highWaterMark });
    this.#inner = inner;
    this.#reader = reader;
    this.#gate = gate;
    this.on('error', () => {});
    inner.on('data', (chunk: Buffer) => this.#onData(chunk));
    inner.once('end', () => {
      if (!this.readableEnded && !this.destroyed && this.#endingReason === undefined) this.push(null);
    });
    inner.once('error', (error) => this.#onBroken(error));
    inner.once('close', () => {
      if (!inner.readableEnded && this.#endingReason === undefined) this.#onBroken(inner.errored ?? undefined);
    });
    if (inner.destroyed) this.#onBroken(inner.errored ?? undefined);
  }

  get bytesSent(): number {
    return this.#inner.bytesSent;
  }

  get bytesReceived(): number {
    return this.#inner.bytesReceived;
  }

  reset(code: ResetCode, reason: string): void {
    this.#inner.reset(code, reason);
  }

  abort(code: ResetCode, reason: string): void {
    if (this.writableEnded) this.#inner.abort(code, reason);
    else {
      this.#aborted = { code, reason };
      this.end();
    }
  }

  /**
   * Ends the session. The person's program is told the reason in the words of its protocol, if that is possible within 0.3 s.
   * Later calls have no effect.
   */
  endWith(reason: string): void {
    if (this.#endingReason !== undefined || this.destroyed) return;
    this.#endingReason = reason;
    if (!this.#tellReason()) this.#after(patience.messageMs, () => this.destroy(new SessionEndedError(reason)));
  }

  // The return type is inferred: it must be that of Node's own read(), and no narrower type is assignable.
  override read(size?: number) {
    const chunk = super.read(size);
    if (this.#broken !== undefined && this.readableLength === 0) this.#breakOff();
    return chunk;
  }

  override _read(): void {
    if (!this.#gate?.isFull) this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // Nothing reaches the cluster of a session that is ended.
    if (this.#endingReason !== undefined || this.#inner.destroyed) {
      done();
      return;
    }
    // Before it is passed on, so that the reader never sees an answer first.
    this.#reader.up(chunk);
    if (this.#inner.write(chunk)) done();
    else this.#inner.once('drain', done);
  }

  override _final(done: () => void): void {
    if (this.#aborted !== undefined) this.#inner.abort(this.#aborted.code, this.#aborted.reason);
    else this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#reader.close();
    if (!this.#inner.destroyed) {
      if (this.#endingReason === undefined) this.#inner.destroy(error ?? undefined);
      else this.#inner.reset('cancelled', this.#endingReason);
    }
    done(error);
  }

  #onData(chunk: Buffer): void {
    if (this.destroyed || this.readableEnded) return;
    this.#reader.down(chunk);
    const isWanted = this.push(chunk);
    if (this.#endingReason !== undefined && this.#tellReason()) return;
    if (this.#gate?.isFull) {
      this.#inner.pause();
      this.#gate.once('room', () => this.#inner.resume());
    } else if (!isWanted) this.#inner.pause();
  }

  /** @returns whether it could be said. */
  #tellReason(): boolean {
    const reason = this.#endingReason ?? '';
    const ending = this.#reader.ending(reason);
    if (ending === undefined) return false;
    for (const timer of this.#timers) clearTimeout(timer);
    this.push(ending);
    this.push(null);
    this.#inner.reset('cancelled', reason);
    this.#after(patience.closeMs, () => this.destroy(new SessionEndedError(reason)));
    return true;
  }

  /** If the other side broke off, the person gets everything before that; if we did, the stream ends at once. */
  #onBroken(error: Error | undefined): void {
    if (this.destroyed || this.#endingReason !== undefined || this.#broken !== undefined) return;
    this.#broken = error ?? new StreamResetError('cancelled', '', true);
    const isOurs = error instanceof StreamResetError && !error.remote;
    if (isOurs || this.readableLength === 0) this.#breakOff();
    else this.#after(readRestMs, () => this.#breakOff());
  }

  #breakOff(): void {
    const error = this.#broken;
    process.nextTick(() => this.destroy(error));
  }

  #after(ms: number, step: () => void): void {
    const timer = setTimeout(step, ms);
    timer.unref();
    this.#timers.add(timer);
  }
}
