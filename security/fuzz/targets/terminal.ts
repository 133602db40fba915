import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { openLive } from '../../protocols/live.ts';
import { clientMessage, encodeFrame, opcodes } from '../../protocols/websocket.ts';
import { concurrently } from '../concurrently.ts';
import { nastyTexts } from '../dictionary.ts';
import { HostileCluster, type HostileRequest, nameOf, webSocketAccepted } from '../hostile-cluster.ts';
import { mutateBytes, mutatedJsonText, mutateJson } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type FuzzHarness, type ListenerTarget, printable } from '../target.ts';

/** How a cluster answers one terminal. */
interface Exec {
  /** The response to the GET of the pod. */
  pod: string;
  /** The response to the exec; undefined for a valid 101. */
  head: { status: number; headers: [string, string][] } | undefined;
  /** Frames after it. */
  frames: Buffer[];
  end: 'end' | 'reset';
}

const pod = {
  kind: 'Pod',
  metadata: { name: 'web-0', uid: 'u', annotations: { 'kubectl.kubernetes.io/default-container': 'app' } },
  spec: { containers: [{ name: 'sidecar' }, { name: 'app' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'app', state: { running: {} } }] },
};
const statuses: readonly unknown[] = [
  { status: 'Success' },
  {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: 'command terminated with non-zero exit code: exit status 3',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  },
  { status: 'Failure', reason: 'InternalError', message: 'executable file not found in $PATH', code: 500 },
  { status: 'Failure', message: 'container not found ("app")', details: { causes: [] } },
];
const answerMs = 20_000;

function make(random: Random): Exec {
  const message = (payload: Buffer, opcode: number = opcodes.binary): Buffer =>
    encodeFrame({ fin: true, reserved: 0, opcode, masked: false, payload });
  const channel = (number: number, payload: Buffer): Buffer => message(Buffer.concat([Buffer.from([number]), payload]));
  const status = (): Buffer => {
    // Mostly the status with causes, which has the most to mutate.
    const value = random.chance(0.5) ? statuses[1] : random.pick(statuses);
    const text = random.chance(0.15)
      ? mutatedJsonText(random, value)
      : JSON.stringify(random.chance(0.9) ? mutateJson(random, value) : value);
    return channel(3, Buffer.from(text ?? ''));
  };
  const frames = Array.from({ length: random.int(0, 3) }, () => {
    const roll = random.next();
    if (roll < 0.5) return channel(random.pick([1, 1, 2, 0, 4, 255]), random.bytes(random.int(0, 300)));
    if (roll < 0.6) return message(random.bytes(random.int(0, 125)), random.pick([opcodes.ping, opcodes.pong]));
    if (roll < 0.7)
      return message(Buffer.from(random.pick(nastyTexts)), random.pick([opcodes.text, opcodes.binary, 3, 11]));
    return channel(random.pick([3, 1]), Buffer.from(random.pick(nastyTexts)));
  });
  if (random.chance(0.9)) frames.push(status());
  if (random.chance(0.1)) frames.push(status());
  if (random.chance(0.3)) frames.push(message(random.bytes(random.int(0, 3)), opcodes.close));
  if (random.chance(0.15)) frames.push(mutateBytes(random, frames.pop() ?? Buffer.from([0x88, 0])));
  return {
    pod: random.chance(0.85) ? JSON.stringify(pod) : mutatedJsonText(random, pod),
    head: random.chance(0.95)
      ? undefined
      : {
          status: random.pick([101, 200, 400, 403, 404, 500, 503]),
          headers: [['upgrade', random.pick(nastyTexts.filter((text) => /^[\x20-\x7e]*$/.test(text)))]],
        },
    frames,
    end: random.chance(0.8) ? 'end' : 'reset',
  };
}

function answer({ head, stream, respond, reject }: HostileRequest, sample: Exec): void {
  stream.on('error', () => {}).resume();
  if (head.kind === 'http') {
    respond({ status: 200, headers: [['content-type', 'application/json']] });
    stream.end(sample.pod);
    return;
  }
  respond(sample.head ?? { status: 101, headers: webSocketAccepted(head) });
  stream.write(Buffer.concat(sample.frames));
  // Resets with a code other than `cancelled`, so that the bytes written before still arrive.
  if (sample.end === 'end') stream.end();
  else stream.write(Buffer.from([0]), () => reject('upstream-failed', 'broken off'));
}

/** A live connection that opens terminals and waits until they end. */
class TerminalClient {
  readonly #socket: Socket;
  readonly #acks = new Map<number, (answer: unknown) => void>();
  readonly #ends = new Map<string, () => void>();
  readonly #ended = new Set<string>();
  #next = 0;
  #wrong: Error | undefined;
  readonly #lost: Promise<never>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lost = new Promise((_, reject) => {
      socket.once('close', () => reject(new Error('the live connection was closed')));
    });
    this.#lost.catch(() => {});
  }

  static async connect({ gateway, attacker }: FuzzHarness): Promise<TerminalClient> {
    let client: TerminalClient | undefined;
    let connected = (): void => {};
    const isConnected = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const socket = await openLive(gateway, {
      token: attacker.token,
      onText: (packet) => {
        if (packet.startsWith('40')) connected();
        else if (packet === '2') socket.write(clientMessage('3'));
        else client?.receive(packet);
      },
    });
    client = new TerminalClient(socket);
    socket.write(clientMessage('40'));
    await isConnected;
    return client;
  }

  receive(packet: string): void {
    const [, ack, answer] = /^43(\d+)(\[.*)$/s.exec(packet) ?? [];
    if (ack !== undefined) this.#acks.get(Number(ack))?.(JSON.parse(answer ?? '[]')[0]);
    const [, event] = /^42(\["terminal:ended".*)$/s.exec(packet) ?? [];
    if (event === undefined) return;
    const ended = JSON.parse(event)[1] as { terminal: string; code: unknown; exitCode: unknown; message: unknown };
    const isExitCode = ended.exitCode === null || Number.isInteger(ended.exitCode);
    if (typeof ended.code !== 'string' || typeof ended.message !== 'string' || !isExitCode)
      this.#wrong ??= new Error(`terminal:ended is malformed: ${event}`);
    this.#ended.add(ended.terminal);
    this.#ends.get(ended.terminal)?.();
  }

  /** Resolves when the terminal was refused or has ended. */
  async run(cluster: string, podName: string): Promise<void> {
    const number = this.#next++;
    const where = { organization: 'attacker', cluster, namespace: 'default', pod: podName };
    const request = { ...where, viewer: randomUUID(), columns: 80, rows: 24 };
    const opened = new Promise<unknown>((resolve) => this.#acks.set(number, resolve));
    this.#socket.write(clientMessage(`42${number}${JSON.stringify(['terminal:open', request])}`));
    const answered = (await this.#inTime(opened, `no answer to terminal:open of ${podName}`)) as {
      terminal?: { id: string };
    };
    this.#acks.delete(number);
    const terminal = answered.terminal?.id;
    if (terminal === undefined || this.#ended.has(terminal)) return;
    await this.#inTime(
      new Promise<void>((resolve) => this.#ends.set(terminal, resolve)),
      `the terminal of ${podName} never ended`,
    );
    this.#ends.delete(terminal);
    if (this.#wrong !== undefined) throw this.#wrong;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #inTime<T>(promise: Promise<T>, otherwise: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(otherwise)), answerMs);
    });
    return Promise.race([promise, late, this.#lost]).finally(() => clearTimeout(timer));
  }
}

/** Terminals of a browser: pods, exec responses and statuses of a hostile cluster. */
export const terminal: ListenerTarget<Exec> = {
  kind: 'listener',
  name: 'terminal',
  tls: false,
  weight: 1.5,
  batch: 200,
  make,
  describe: ({ pod: text, head, frames, end }) =>
    `${end} ${head === undefined ? '' : JSON.stringify(head)} ${frames.map(printable).join(' ')} pod ${printable(text)}`,
  open: async (harness) => {
    const cluster = await HostileCluster.connect(harness, 'terminals');
    let base = 0;
    return {
      send: async (cases) => {
        const first = base;
        base += cases.length;
        cluster.onRequest = (request) => {
          const sample = cases[request.number - first];
          if (sample === undefined) request.reject('refused', 'no such case');
          else answer(request, sample);
        };
        const client = await TerminalClient.connect(harness);
        try {
          await concurrently(cases, 12, (_, index) => client.run(cluster.name, nameOf(first + index)));
        } finally {
          client.close();
        }
      },
      close: () => cluster.close(),
    };
  },
};
