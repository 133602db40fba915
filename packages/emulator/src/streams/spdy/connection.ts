import { Duplex } from 'node:stream';
import { HeaderCodec } from './headers.ts';

/** Types of SPDY/3.1 control frames. */
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const HEADERS = 8;

const FIN = 1;
const CANCEL = 5;
const MAX_FRAME = 4 * 1024 * 1024;
const MAX_STREAMS = 1_000;
/** Bytes a stream may buffer before a slow reader stops the connection; Kubernetes uses the protocol without windows. */
const MAX_BUFFERED = 1024 * 1024;

/** One stream, which either side can half-close. */
export class SpdyStream extends Duplex {
  readonly headers: Map<string, string>;
  #resume: (() => void) | undefined;
  readonly #send: (data: Buffer, fin: boolean, done: () => void) => void;
  readonly #reset: () => void;

  constructor(
    headers: Map<string, string>,
    peer: { send: (data: Buffer, fin: boolean, done: () => void) => void; reset: () => void },
  ) {
    super({ allowHalfOpen: true });
    this.headers = headers;
    this.#send = peer.send;
    this.#reset = peer.reset;
    this.on('error', () => {});
  }

  /** Delivers data from the peer. @returns undefined, or a promise to wait for the reader. */
  deliver(data: Buffer): Promise<void> | undefined {
    if (this.destroyed || this.readableEnded) return undefined;
    this.push(data);
    if (this.readableLength < MAX_BUFFERED) return undefined;
    return new Promise((resume) => {
      this.#resume = resume;
    });
  }

  override _read(): void {
    this.#resume?.();
    this.#resume = undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk, false, done);
  }

  override _final(done: () => void): void {
    this.#send(Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this._read();
    if (!this.readableEnded || !this.writableFinished) this.#reset();
    done(error);
  }
}

/** The server's end of a SPDY/3.1 connection, with the features that Kubernetes clients (moby/spdystream) use. */
export class SpdyConnection {
  readonly #transport: Duplex;
  readonly #codec = new HeaderCodec();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #onStream: (stream: SpdyStream) => void;
  readonly closed: Promise<void>;

  constructor(transport: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport;
    this.#onStream = onStream;
    transport.on('error', () => {});
    this.closed = this.#run();
  }

  /** Ends the connection after everything written so far. */
  close(): void {
    this.#transport.end();
  }

  async #run(): Promise<void> {
    try {
      let pending: Buffer = Buffer.alloc(0);
      for await (const chunk of this.#transport as AsyncIterable<Buffer>) {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        while (pending.length >= 8) {
          const length = pending.readUIntBE(5, 3);
          if (length > MAX_FRAME) throw new Error('the frame is too large');
          if (pending.length < 8 + length) break;
          await this.#take(pending.subarray(0, 8), pending.subarray(8, 8 + length));
          pending = pending.subarray(8 + length);
        }
      }
    } catch {
      // A broken connection and a faulty peer have the same effect: everything on it ends.
    } finally {
      this.#transport.destroy();
      for (const stream of this.#streams.values()) stream.destroy();
      this.#streams.clear();
      this.#codec.close();
    }
  }

  async #take(head: Buffer, payload: Buffer): Promise<void> {
    const isControl = (head.readUInt8(0) & 0x80) !== 0;
    const isLast = (head.readUInt8(4) & FIN) !== 0;
    if (!isControl) {
      const stream = this.#streams.get(head.readUInt32BE(0));
      if (payload.length > 0) await stream?.deliver(Buffer.from(payload));
      if (isLast) stream?.push(null);
      return;
    }
    switch (head.readUInt16BE(2)) {
      case SYN_STREAM:
        return this.#open(payload, isLast);
      case HEADERS:
        // These headers are not used, but the compression of all later ones depends on them.
        await this.#codec.decode(payload.subarray(4));
        return;
      case RST_STREAM:
        this.#streams.get(payload.readUInt32BE(0))?.destroy();
        return;
      case PING:
        this.#write(PING, 0, payload);
        return;
      case GOAWAY:
        return;
      default:
    }
  }

  async #open(payload: Buffer, isLast: boolean): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fff_ffff;
    const headers = await this.#codec.decode(payload.subarray(10));
    if (id % 2 === 0 || this.#streams.has(id)) throw new Error('not a new stream of a client');
    if (this.#streams.size >= MAX_STREAMS) throw new Error('too many streams');
    const stream = new SpdyStream(headers, {
      send: (data, fin, done) => this.#sendData(id, { data, fin, done }),
      reset: () => this.#write(RST_STREAM, 0, twoNumbers(id, CANCEL)),
    });
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    this.#write(SYN_REPLY, 0, Buffer.concat([oneNumber(id), await this.#codec.encodeNone()]));
    if (isLast) stream.push(null);
    this.#onStream(stream);
  }

  #write(type: number, flags: number, payload: Buffer): void {
    if (!this.#transport.writable) return;
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(payload.length, 5, 3);
    this.#transport.write(Buffer.concat([head, payload]));
  }

  #sendData(id: number, { data, fin, done }: { data: Buffer; fin: boolean; done: () => void }): void {
    if (!this.#transport.writable) {
      done();
      return;
    }
    const head = Buffer.alloc(8);
    head.writeUInt32BE(id, 0);
    head.writeUInt8(fin ? FIN : 0, 4);
    head.writeUIntBE(data.length, 5, 3);
    this.#transport.cork();
    this.#transport.write(head);
    this.#transport.write(data, () => done());
    this.#transport.uncork();
  }
}

function oneNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const twoNumbers = (first: number, second: number) => Buffer.concat([oneNumber(first), oneNumber(second)]);
