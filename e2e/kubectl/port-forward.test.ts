import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../harness/admin.ts';
import { sha256 } from '../harness/bytes.ts';
import type { Client } from '../harness/client.ts';
import { makeEchoPod } from '../harness/echo-pod.ts';
import { type Running, start } from '../harness/kubectl.ts';
import { clients } from '../harness/matrix.ts';

/** Forwards a port of this machine while `use` runs. */
async function forwarded<T>(
  client: Client,
  what: string,
  use: (port: number, running: Running) => Promise<T>,
): Promise<T> {
  const [target = '', port = ''] = what.split(' ');
  const running = start(client, ['port-forward', '-n', 'demo', target, `:${port}`, '--address', '127.0.0.1']);
  try {
    const local = await running.until((one) => /Forwarding from 127\.0\.0\.1:(\d+)/.exec(one.output)?.[1]);
    return await use(Number(local), running);
  } finally {
    await running.stop('SIGKILL');
  }
}

/**
 * Sends bytes and returns the answer: `expected` bytes, by default everything until the other side ends. It does not
 * half-close before that, because containerd's own port-forward ends both directions when one has ended.
 */
function exchange(port: number, bytes: Buffer | string, expected = Number.POSITIVE_INFINITY): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const received: Buffer[] = [];
    let count = 0;
    const finish = (): void => {
      socket.end();
      resolve(Buffer.concat(received));
    };
    socket.setTimeout(30_000, () => socket.destroy(new Error(`silent after ${count} bytes`)));
    socket.on('error', reject);
    socket.on('end', finish);
    socket.on('data', (chunk) => {
      received.push(chunk);
      count += chunk.length;
      if (count >= expected) finish();
    });
    socket.write(bytes);
  });
}

beforeAll(() => makeEchoPod(admin()));

describe.each(clients('port-forward'))('$title', ({ client }) => {
  it('port-forward: 20 connections at once', async () => {
    const sent = Array.from({ length: 20 }, () => randomBytes(300_000));
    const received = await forwarded(client, 'pod/echo 7', (port) =>
      Promise.all(sent.map((bytes) => exchange(port, bytes, bytes.length))),
    );
    expect(received.map(sha256)).toEqual(sent.map(sha256));
  });

  it('port-forward: a service, one connection after another', async () => {
    await forwarded(client, 'service/web 80', async (port) => {
      for (let time = 0; time < 3; time++) {
        const answer = await exchange(port, 'GET / HTTP/1.0\r\n\r\n');
        expect(answer.toString()).toMatch(/^HTTP\/1\.[01] 200 [\s\S]*web-/);
      }
    });
  });
});
