import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { randomFile } from '../e2e/harness/bytes.ts';
import type { Client } from '../e2e/harness/client.ts';
import { expectOk, start } from '../e2e/harness/kubectl.ts';
import type { Endpoint } from './endpoint.ts';
import { interleave, type Pair, timed } from './samples.ts';

/** The two paths that every measurement compares, and how often it is taken. */
export interface Ways {
  direct: { endpoint: Endpoint; client: Client };
  gateway: { endpoint: Endpoint; client: Client };
  folder: string;
  /** Divides the number of rounds; 1 for published figures. */
  speedup: number;
}

type Way = Ways['direct'];

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

function both(ways: Ways, rounds: number, measure: (way: Way) => Promise<number>, warmup?: number): Promise<Pair> {
  const count = Math.max(2, Math.round(rounds / ways.speedup));
  return interleave(count, { direct: () => measure(ways.direct), gateway: () => measure(ways.gateway) }, warmup);
}

/** Milliseconds to list the pods once on a keep-alive HTTPS connection, after a warm-up. */
export function readPods(
  ways: Ways,
  namespace: string,
  { rounds, warmup }: { rounds: number; warmup: number },
): Promise<Pair> {
  const path = `/api/v1/namespaces/${namespace}/pods?limit=500000`;
  return both(
    ways,
    rounds,
    ({ endpoint }) =>
      timed(async () => {
        const { status } = await endpoint.send('GET', path, { accept: table });
        if (status !== 200) throw new Error(`${path}: ${status}`);
      }),
    warmup,
  );
}

/** Milliseconds of `kubectl get pods`, including the start of the process and discovery. */
export function kubectlGetPods(ways: Ways, namespace: string, rounds: number): Promise<Pair> {
  return both(ways, rounds, ({ client }) => timed(() => expectOk(client, ['get', 'pods', '-n', namespace])));
}

/** Milliseconds from dialling to the first byte of an exec's output. */
export function execFirstByte(ways: Ways, rounds: number): Promise<Pair> {
  const pod = { namespace: 'demo', name: 'shell', container: 'cat' };
  return both(ways, rounds, ({ endpoint }) => endpoint.execFirstByte(pod, ['echo', 'x']), 3);
}

/** MB/s of `kubectl cp`, into the pod or out of it. */
export async function copy(
  ways: Ways,
  direction: 'up' | 'down',
  options: { megabytes: number; rounds: number },
): Promise<Pair> {
  const file = randomFile(join(ways.folder, 'bench-file'), options.megabytes);
  const remote = 'demo/shell:/tmp/bench-file';
  const back = join(ways.folder, 'bench-file-back');
  const args = direction === 'up' ? ['cp', file, remote, '-c', 'cat'] : ['cp', remote, back, '-c', 'cat'];
  if (direction === 'down')
    await expectOk(ways.direct.client, ['cp', file, remote, '-c', 'cat'], { timeoutMs: 300_000 });
  try {
    return await both(ways, options.rounds, async ({ client }) => {
      const ms = await timed(() => expectOk(client, args, { timeoutMs: 300_000 }));
      return (options.megabytes * 1.048576) / (ms / 1000);
    });
  } finally {
    await expectOk(ways.direct.client, [
      'exec',
      '-n',
      'demo',
      'shell',
      '-c',
      'cat',
      '--',
      'rm',
      '-f',
      '/tmp/bench-file',
    ]);
    rmSync(back, { force: true });
  }
}

/** MB/s through one connection of `kubectl port-forward`, from the pod or to it. */
export function forward(
  ways: Ways,
  direction: 'up' | 'down',
  options: { megabytes: number; rounds: number },
): Promise<Pair> {
  const bytes = options.megabytes << 20;
  return both(ways, options.rounds, async ({ client }) => {
    const running = start(client, ['port-forward', '-n', 'demo', 'pod/echo', direction === 'down' ? ':19' : ':7']);
    try {
      const port = await running.until((one) => /127\.0\.0\.1:(\d+)/.exec(one.output)?.[1]);
      const ms = await timed(() => {
        const socket = connect({ host: '127.0.0.1', port: Number(port) });
        // Only the echo shows that the bytes arrived.
        if (direction === 'up') send(socket, bytes);
        return receive(socket, bytes);
      });
      return bytes / 1e6 / (ms / 1000);
    } finally {
      await running.stop('SIGKILL');
    }
  });
}

/** Reads `bytes` bytes and closes the connection. */
function receive(socket: Socket, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    socket.on('error', reject);
    socket.on('end', () => reject(new Error(`ended after ${count} bytes`)));
    socket.on('data', (chunk) => {
      count += chunk.length;
      if (count < bytes) return;
      socket.destroy();
      resolve();
    });
  });
}

/** Sends at least `bytes` bytes, as fast as the socket accepts them. */
function send(socket: Socket, bytes: number): void {
  const block = Buffer.alloc(65_536, createHash('sha512').update('postern').digest());
  let sent = 0;
  const fill = (): void => {
    while (sent < bytes) {
      sent += block.length;
      if (!socket.write(block)) return;
    }
  };
  socket.on('drain', fill);
  fill();
}
