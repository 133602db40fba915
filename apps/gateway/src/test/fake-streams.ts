import { Duplex } from 'node:stream';
import { type ResetCode, StreamResetError } from '@postern/mux';
import type { ClusterStream } from '../connector/cluster-connector.ts';

type Done = (error?: Error | null) => void;

/** A client's connection. What the test pushes is what the client sends. */
export class FakeConnection extends Duplex {
  /** While true, the client reads nothing. */
  isSlow = false;
  readonly #received: Buffer[] = [];
  #take: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true });
    this.on('error', () => {});
  }

  /** What the client has read, as latin1. */
  get received(): string {
    return Buffer.concat(this.#received).toString('latin1');
  }

  /** The client is no longer slow. */
  catchUp(): void {
    this.isSlow = false;
    const take = this.#take;
    this.#take = undefined;
    take?.();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    const take = (): void => {
      this.#received.push(chunk);
      done();
    };
    if (this.isSlow) this.#take = take;
    else take();
  }
}

/** A stream to a cluster. What the test pushes is what the cluster sends. */
export class FakeClusterStream extends Duplex implements ClusterStream {
  bytesSent = 0;
  bytesReceived = 0;
  /** How our side ended the stream. */
  readonly endings: string[] = [];
  readonly #received: Buffer[] = [];

  constructor() {
    super({ allowHalfOpen: true });
    this.on('error', () => {});
  }

  /** What the cluster has received. */
  get received(): string {
    return Buffer.concat(this.#received).toString('latin1');
  }

  reset(code: ResetCode, reason: string): void {
    if (this.destroyed) return;
    this.endings.push(`reset ${code}: ${reason}`);
    this.destroy(new StreamResetError(code, reason, false));
  }

  abort(code: ResetCode, reason: string): void {
    if (this.destroyed) return;
    this.endings.push(`abort ${code}: ${reason}`);
    this.end();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#received.push(chunk);
    done();
  }
}
