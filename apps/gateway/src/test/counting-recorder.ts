import { Duplex } from 'node:stream';
import type { ResetCode } from '@postern/mux';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import type { StreamRecorder } from '../passage/recorded-stream.ts';

type Session = Parameters<StreamRecorder['attach']>[1];

/** The recording of one session. */
export interface Seen {
  session: Session;
  up: Buffer[];
  down: Buffer[];
}

/** A recorder that keeps every byte. */
export class CountingRecorder implements StreamRecorder {
  readonly seen: Seen[] = [];

  attach(stream: ClusterStream, session: Session): ClusterStream {
    const seen: Seen = { session, up: [], down: [] };
    this.seen.push(seen);
    return new Tap(stream, seen);
  }
}

/** Passes a stream through and records its bytes. */
class Tap extends Duplex implements ClusterStream {
  readonly #inner: ClusterStream;
  readonly #seen: Seen;

  constructor(inner: ClusterStream, seen: Seen) {
    super({ allowHalfOpen: true });
    this.#inner = inner;
    this.#seen = seen;
    this.on('error', () => {});
    inner.on('data', (chunk: Buffer) => {
      seen.down.push(chunk);
      if (!this.push(chunk)) inner.pause();
    });
    inner.once('end', () => this.push(null));
    inner.once('error', (error) => this.destroy(error));
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
    this.#inner.abort(code, reason);
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#seen.up.push(chunk);
    this.#inner.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#inner.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy(error ?? undefined);
    done(error);
  }
}
