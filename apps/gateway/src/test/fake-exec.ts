import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import * as ws from 'ws';
import type { ClusterRequest } from './kube-harness.ts';

interface Framing {
  Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
  Sender: new (
    socket: Writable,
  ) => {
    send(data: Buffer, options: object): void;
    close(code: number, data: string, mask: boolean): void;
  };
}
const { Receiver, Sender } = ws as unknown as Framing;

/** The apiserver's end of an exec: records stdin and resizes, sends output and the exit status. */
export class FakeExec {
  readonly request: ClusterRequest;
  stdin = '';
  readonly sizes: string[] = [];
  pings = 0;
  closed = false;
  onInput: (text: string) => void = () => {};
  readonly #sender: InstanceType<Framing['Sender']>;

  constructor(request: ClusterRequest, protocol = 'v5.channel.k8s.io') {
    this.request = request;
    const { stream, head, respond } = request;
    const key = head.headers.find(([name]) => name === 'sec-websocket-key')?.[1] ?? '';
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    respond({
      status: 101,
      headers: [
        ['connection', 'Upgrade'],
        ['upgrade', 'websocket'],
        ['sec-websocket-accept', accept],
        ['sec-websocket-protocol', protocol],
      ],
    });
    this.#sender = new Sender(stream);
    const receiver = new Receiver({ isServer: true, maxPayload: 1024 * 1024 });
    receiver.on('message', (message: Buffer) => {
      const text = message.subarray(1).toString('utf8');
      if (message[0] === 4) this.sizes.push(text);
      if (message[0] !== 0) return;
      this.stdin += text;
      this.onInput(text);
    });
    receiver.on('ping', () => this.pings++);
    receiver.on('conclude', () => stream.end());
    receiver.on('error', () => stream.destroy());
    stream.pipe(receiver);
    stream.once('close', () => {
      this.closed = true;
    });
  }

  /** @returns false while the tunnel applies back-pressure. */
  output(data: string | Buffer): boolean {
    this.#send(1, Buffer.from(data));
    return !this.request.stream.writableNeedDrain;
  }

  /** Ends like an apiserver: a Status on the error channel, a close frame, then the end of the stream. */
  finish(status: object): void {
    this.#send(3, Buffer.from(JSON.stringify(status)));
    this.#sender.close(1000, '', false);
    this.request.stream.end();
  }

  #send(channel: number, data: Buffer): void {
    const message = Buffer.concat([Buffer.from([channel]), data]);
    this.#sender.send(message, { binary: true, fin: true, mask: false, compress: false });
  }
}

export const podJson = (more: object = {}): string =>
  JSON.stringify({
    kind: 'Pod',
    metadata: { name: 'web-0', uid: 'u', annotations: { 'kubectl.kubernetes.io/default-container': 'app' } },
    spec: { containers: [{ name: 'sidecar' }, { name: 'app' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'app', state: { running: {} } }] },
    ...more,
  });
