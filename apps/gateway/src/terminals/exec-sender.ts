import * as ws from 'ws';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { InputQueue } from './input-queue.ts';

/** The part of `ws` that writes frames to any stream; not in its types. */
interface FrameSender {
  send(data: Buffer, options: { binary: true; fin: true; mask: true; compress: false }, sent: () => void): void;
  ping(data: Buffer, mask: true, sent: () => void): void;
  pong(data: Buffer, mask: true, sent: () => void): void;
  close(code: number, data: string, mask: true): void;
}
const { Sender } = ws as unknown as { Sender: new (socket: ClusterStream) => FrameSender };

/** Size of a terminal in characters. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

/** Limit on input that the cluster has not accepted, in bytes. Nobody types or pastes this much ahead. */
const maxInputAhead = 1024 * 1024;

/** The channels of v4.channel.k8s.io on which a client sends (apimachinery/pkg/util/remotecommand). */
const channels = { stdin: 0, resize: 4 } as const;

/**
 * The sending half of an exec: passes one message at a time to the stream. Meanwhile the memory for others is limited: at most
 * 1 MiB of input, one size (the newest), one pong (the newest, RFC 6455, 5.5.3) and one ping.
 */
export class ExecSender {
  readonly #stream: ClusterStream;
  readonly #sender: FrameSender;
  readonly #input = new InputQueue(maxInputAhead);
  #size: TerminalSize | undefined;
  #pong: Buffer | undefined;
  #isPingDue = false;
  #isSending = false;
  #isClosed = false;

  constructor(stream: ClusterStream) {
    this.#stream = stream;
    this.#sender = new Sender(stream);
  }

  /** Sends keystrokes. @returns false if more than 1 MiB would wait, in which case they were not accepted. */
  input(data: Uint8Array): boolean {
    if (this.#isClosed || data.byteLength === 0) return true;
    if (!this.#input.add(data)) return false;
    this.#flush();
    return true;
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#flush();
  }

  ping(): void {
    this.#isPingDue = true;
    this.#flush();
  }

  /** @param data the payload of the ping, at most 125 bytes. */
  pong(data: Buffer): void {
    // A copy, because the buffer is a slice of a larger one, which it would keep in memory.
    this.#pong = Buffer.from(data);
    this.#flush();
  }

  /** Sends a close frame and ends our direction, dropping what still waits. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sender.close(1000, '', true);
    this.#stream.end();
  }

  /** Sends nothing any more. */
  stop(): void {
    this.#isClosed = true;
  }

  readonly #sent = (): void => {
    this.#isSending = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#isSending || this.#isClosed || this.#stream.destroyed || this.#stream.writableEnded) return;
    if (this.#size !== undefined) {
      const { columns, rows } = this.#size;
      this.#size = undefined;
      this.#send(channels.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows })));
    } else if (this.#input.bytes > 0) {
      this.#send(channels.stdin, this.#input.take());
    } else if (this.#pong !== undefined) {
      const data = this.#pong;
      this.#pong = undefined;
      this.#isSending = true;
      this.#sender.pong(data, true, this.#sent);
    } else if (this.#isPingDue) {
      this.#isPingDue = false;
      this.#isSending = true;
      this.#sender.ping(Buffer.alloc(0), true, this.#sent);
    }
  }

  #send(channel: number, data: Uint8Array): void {
    const message = Buffer.allocUnsafe(data.byteLength + 1);
    message[0] = channel;
    message.set(data, 1);
    this.#isSending = true;
    this.#sender.send(message, { binary: true, fin: true, mask: true, compress: false }, this.#sent);
  }
}
