import type { Writable } from 'node:stream';
import type { MuxStream } from '@postern/mux';
import * as ws from 'ws';

/** The parts of `ws` below a connection: frames in and out of any stream. Its types leave them out. */
interface Framing {
  Receiver: new (options: { isServer: boolean; maxPayload: number; maxFragments: number }) => Writable;
  Sender: new (
    socket: MuxStream,
  ) => {
    send(data: Buffer, options: { binary: true; fin: true; mask: true; compress: false }): void;
    ping(data: Buffer, mask: true): void;
    pong(data: Buffer, mask: true): void;
    close(code: number, data: string, mask: true): void;
  };
}
const { Receiver, Sender } = ws as unknown as Framing;

/** The channels of v4.channel.k8s.io: the first byte of each message (apimachinery/pkg/util/remotecommand). */
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
/** What one message of the apiserver may measure; it sends at most 32 KiB of output at once. */
const maxMessageBytes = 1024 * 1024;
/** Silent connections are cut by what lies between, the apiserver's own proxies among it. */
const pingEveryMs = 30_000;

export interface ExecEvents {
  /** Output of the process. The buffer is the receiver's to keep. */
  onOutput(data: Buffer): void;
  /** The metav1.Status of how the process ended, as JSON. */
  onStatus(text: string): void;
  /** Nothing more comes. `error` when it did not end well. */
  onClose(error: Error | undefined): void;
}

/** An exec with a tty towards the apiserver, spoken as WebSocket frames on an upgraded stream of the tunnel. */
export class ExecChannel {
  readonly #stream: MuxStream;
  readonly #sender: InstanceType<Framing['Sender']>;
  readonly #receiver = new Receiver({ isServer: false, maxPayload: maxMessageBytes, maxFragments: 1_024 });
  readonly #ping: NodeJS.Timeout;
  #isHeld = false;
  #isClosed = false;

  constructor(stream: MuxStream, events: ExecEvents) {
    this.#stream = stream;
    this.#sender = new Sender(stream);
    this.#ping = setInterval(() => this.#sender.ping(Buffer.alloc(0), true), pingEveryMs);
    const finish = (error?: Error): void => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      clearInterval(this.#ping);
      stream.destroy();
      events.onClose(error);
    };
    this.#receiver.on('message', (message: Buffer) => {
      const [channel] = message;
      const data = message.subarray(1);
      if (channel === channels.stdout || channel === channels.stderr) {
        if (data.byteLength > 0) events.onOutput(data);
      } else if (channel === channels.error && data.byteLength > 0) events.onStatus(data.toString('utf8'));
    });
    this.#receiver.on('ping', (data: Buffer) => this.#sender.pong(data, true));
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

  /** Keystrokes. */
  write(data: Uint8Array): void {
    this.#send(channels.stdin, data);
  }

  resize(size: { columns: number; rows: number }): void {
    this.#send(channels.resize, Buffer.from(JSON.stringify({ Width: size.columns, Height: size.rows })));
  }

  /** Stops reading from the cluster, which in turn stops the process; what was read already is still handed on. */
  hold(): void {
    this.#isHeld = true;
    this.#stream.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#flow();
  }

  /** Ends the exec: the process gets a hang-up. */
  close(): void {
    if (this.#isClosed) return;
    this.#sender.close(1000, '', true);
    this.#stream.end();
    // The cluster's own close frame is not worth waiting for: END has told it all.
    const deadline = setTimeout(() => this.#stream.destroy(), 1_000);
    this.#stream.once('close', () => clearTimeout(deadline));
  }

  #send(channel: number, data: Uint8Array): void {
    if (this.#isClosed) return;
    const message = Buffer.allocUnsafe(data.byteLength + 1);
    message[0] = channel;
    message.set(data, 1);
    this.#sender.send(message, { binary: true, fin: true, mask: true, compress: false });
  }

  #flow(): void {
    if (!this.#isHeld && !this.#receiver.writableNeedDrain) this.#stream.resume();
  }
}
