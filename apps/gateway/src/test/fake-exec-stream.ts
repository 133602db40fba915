import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { FakeClusterStream } from './fake-streams.ts';

const { Receiver } = ws as unknown as {
  Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
};

/**
 * The stream of an exec: what is written is read as a client's WebSocket frames. The cluster accepts nothing by itself, only
 * with `accept`.
 */
export class FakeExecStream extends FakeClusterStream {
  /** `binary` or `text` with channel and text, `ping` and `pong` with the text, `close` with code and text. */
  readonly frames: (string | number | undefined)[][] = [];
  readonly #receiver = new Receiver({ isServer: true, maxPayload: 1024 * 1024 });
  #accepted: (() => void) | undefined;

  constructor() {
    super();
    this.#receiver.on('message', (data: Buffer, isBinary: boolean) =>
      this.frames.push([isBinary ? 'binary' : 'text', data[0], data.toString('utf8', 1)]),
    );
    this.#receiver.on('ping', (data: Buffer) => this.frames.push(['ping', data.toString()]));
    this.#receiver.on('pong', (data: Buffer) => this.frames.push(['pong', data.toString()]));
    this.#receiver.on('conclude', (code: number, data: Buffer) => this.frames.push(['close', code, data.toString()]));
    this.#receiver.on('error', (error: Error) => this.frames.push(['error', error.message]));
  }

  /** Lets the cluster accept what was written last. */
  accept(): void {
    const accepted = this.#accepted;
    this.#accepted = undefined;
    accepted?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, accepted: () => void): void {
    this._writev([{ chunk }], accepted);
  }

  override _writev(chunks: { chunk: Buffer }[], accepted: () => void): void {
    this.#accepted = accepted;
    for (const { chunk } of chunks) this.#receiver.write(chunk);
  }
}

/** One frame as a server sends it: without a mask. */
export function frame(opcode: number, payload: Uint8Array): Buffer {
  const { byteLength } = payload;
  const head = byteLength < 126 ? Buffer.from([0x80 | opcode, byteLength]) : Buffer.alloc(4);
  if (byteLength >= 126) {
    head.writeUInt8(0x80 | opcode, 0);
    head.writeUInt8(126, 1);
    head.writeUInt16BE(byteLength, 2);
  }
  return Buffer.concat([head, payload]);
}

/** A message of an apiserver on a channel. */
export const message = (channel: number, payload: string | Uint8Array): Buffer =>
  frame(2, Buffer.concat([Buffer.from([channel]), Buffer.from(payload as string)]));
