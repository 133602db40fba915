import type { Writable } from 'node:stream';
import * as ws from 'ws';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { ExecSender, type TerminalSize } from './exec-sender.ts';

/** The part of `ws` that reads frames from any stream; not in its types. */
interface Framing {
  Receiver: new (options: {
    isServer: boolean;
    maxPayload: number;
    maxFragments: number;
    maxBufferedChunks: number;
  }) => Writable;
}
const { Receiver } = ws as unknown as Framing;

/** The channels of v4.channel.k8s.io on which the apiserver sends; the first byte of each message. */
const channels = { stdout: 1, stderr: 2, error: 3 } as const;
/** Size limits of a message from the apiserver, in bytes and fragments; it sends at most 32 KiB of output at once. */
const limits = { isServer: false, maxPayload: 1024 * 1024, maxFragments: 1_024, maxBufferedChunks: 4_096 };
/** Pings keep intermediaries, including the apiserver's own proxies, from cutting a silent connection. */
const pingEveryMs = 30_000;

export interface ExecEvents {
  /** Output of the process. The receiver may keep the buffer. */
  onOutput(data: Buffer): void;
  /** The metav1.Status that says how the process ended, as JSON. */
  onStatus(text: string): void;
  /** No more output follows. `error` is set if the channel did not end properly. */
  onClose(error: Error | undefined): void;
}

/** An exec with a tty, as WebSocket frames to the apiserver on an upgraded stream of the tunnel. */
export class ExecChannel {
  readonly #stream: ClusterStream;
  readonly #sender: ExecSender;
  readonly #receiver = new Receiver(limits);
  readonly #ping: NodeJS.Timeout;
  #isHeld = false;
  #isClosed = false;

  constructor(stream: ClusterStream, events: ExecEvents) {
    this.#stream = stream;
    this.#sender = new ExecSender(stream);
    this.#ping = setInterval(() => this.#sender.ping(), pingEveryMs);
    const finish = (error?: Error): void => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      clearInterval(this.#ping);
      this.#sender.stop();
      stream.destroy();
      events.onClose(error);
    };
    this.#receiver.on('message', (message: Buffer) => {
      if (this.#isClosed) return;
      try {
        deliver(message, events);
      } catch (error) {
        finish(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.#receiver.on('ping', (data: Buffer) => this.#sender.pong(data));
    this.#receiver.on('conclude', () => finish());
    this.#receiver.on('error', (error: Error) => finish(error));
    this.#receiver.on('drain', () => this.#flow());
    stream.on('data', (chunk: Buffer) => {
      if (!this.#receiver.write(chunk)) stream.pause();
    });
    stream.once('end', () => finish());
    stream.once('error', finish);
    stream.once('close', () => finish(stream.errored ?? undefined));
    if (stream.destroyed) finish(stream.errored ?? undefined);
  }

  /** Sends keystrokes. @returns false if the cluster is more than 1 MiB behind, in which case they were not accepted. */
  write(data: Uint8Array): boolean {
    return this.#sender.input(data);
  }

  /** Sends the terminal size. Of several waiting sizes only the newest is sent. */
  resize(size: TerminalSize): void {
    this.#sender.resize(size);
  }

  /** Stops reading from the cluster, which in turn blocks the process; bytes already read are still passed on. */
  hold(): void {
    this.#isHeld = true;
    this.#stream.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#flow();
  }

  /** Ends the exec; the process gets a hang-up. */
  close(): void {
    if (this.#isClosed) return;
    this.#sender.close();
    // There is no need to wait for the cluster's close frame: END is sufficient.
    const deadline = setTimeout(() => this.#stream.destroy(), 1_000);
    this.#stream.once('close', () => clearTimeout(deadline));
  }

  #flow(): void {
    if (!this.#isHeld && !this.#receiver.writableNeedDrain) this.#stream.resume();
  }
}

function deliver(message: Buffer, { onOutput, onStatus }: ExecEvents): void {
  if (message.byteLength < 2) return;
  const [channel] = message;
  const data = message.subarray(1);
  if (channel === channels.stdout || channel === channels.stderr) onOutput(data);
  else if (channel === channels.error) onStatus(data.toString('utf8'));
}
