import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type TLSSocket } from 'node:tls';
import { deflateSync } from 'node:zlib';
import { until } from '@postern/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Emulator, startEmulator } from './emulator.ts';
import { storeLimits } from './store/store.ts';
import { ask, TABLE } from './test/client.ts';
import { runScript } from './test/exec.ts';

// An uncaught error fails the run. In addition, these tests assert that an ordinary request is still answered.
let emulator: Emulator;
let reported: string[];
beforeAll(async () => {
  emulator = await startEmulator();
  reported = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => reported.push(String(text)) > 0);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await emulator.close();
});

const PODS = '/api/v1/namespaces/shop/pods';
const isHealthy = async () => expect((await ask(emulator, `${PODS}/postgres-0`)).status).toBe(200);

/** Pseudo-random bytes, the same in every run. */
function noise(length: number, seed: number): Buffer {
  let state = seed * 2_654_435_761 + 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

async function dial(): Promise<TLSSocket> {
  const { hostname, port } = new URL(emulator.url);
  const socket = connect({ host: hostname, port: Number(port), ca: emulator.caPem, ALPNProtocols: ['http/1.1'] });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

/** Sends bytes, ends the connection and waits until it is closed. */
async function send(socket: TLSSocket, bytes: Buffer | string): Promise<void> {
  socket.resume();
  const closed = new Promise<void>((done) => socket.once('close', () => done()));
  socket.end(bytes);
  await closed;
}

const authorised = () => `Authorization: Bearer ${emulator.token}\r\n`;

describe('on the wire', () => {
  const lines = [
    'CONNECT a:1 HTTP/2.0\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
    'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: x\r\n\r\nabc',
    '\0\0\0\0',
  ];
  it.each(lines)('survives %j', async (text) => {
    await send(await dial(), text);
    await send(await dial(), text.replace('\r\n', `\r\n${authorised()}`));
    await isHealthy();
  });

  it('survives noise, with and without a valid beginning', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      await send(await dial(), noise(600, seed));
      await send(
        await dial(),
        Buffer.concat([Buffer.from(`POST ${PODS} HTTP/1.1\r\nHost: a\r\n${authorised()}`), noise(99, seed)]),
      );
    }
    await isHealthy();
  });

  it('survives HTTP/2 streams that are reset', async () => {
    const session = connectHttp2(emulator.url, { ca: emulator.caPem });
    session.on('error', () => {});
    const headers = { authorization: `Bearer ${emulator.token}` };
    for (const path of [`${PODS}?watch=true`, `${PODS}/postgres-0/log?follow=true`, PODS]) {
      for (let count = 0; count < 20; count += 1) {
        const stream = session.request(
          { ':path': path, ':method': count % 2 ? 'GET' : 'POST', ...headers },
          { endStream: false },
        );
        stream.on('error', () => {});
        stream.write('{');
        stream.close(count % 3 === 0 ? 8 : 2);
      }
    }
    await new Promise<void>((closed) => session.close(() => closed()));
    await isHealthy();
  });
});

describe('on a terminal’s channels', () => {
  const open = async (query: string, pod = 'postgres-0', what = 'exec') => {
    const url = `${emulator.url.replace('https', 'wss')}${PODS}/${pod}/${what}?${query}`;
    const headers = { authorization: `Bearer ${emulator.token}` };
    const socket = new WebSocket(url, ['v5.channel.k8s.io'], { ca: emulator.caPem, headers });
    socket.on('error', () => {});
    await once(socket, 'open');
    return socket;
  };
  const shell = 'command=sh&command=-c&command=read+x&stdin=true&stdout=true';
  const size = (text: string) => Buffer.concat([Buffer.of(4), Buffer.from(text)]);
  const sequences: [string, Buffer[]][] = [
    ['input after its end', [Buffer.of(255, 0), Buffer.from('\0more'), Buffer.of(255, 0), Buffer.from('\0more')]],
    ['invalid sizes', ['null', '[]', '{}', '{"Width":-1,"Height":1e9}', '{"Width":"x"}', '{', ''].map(size)],
    ['many sizes', Array.from({ length: 200 }, (_, n) => size(`{"Width":${n * 37},"Height":${n}}`))],
    ['unknown channels', Array.from({ length: 256 }, (_, n) => Buffer.of(n, 0, 255))],
    ['empty messages', [Buffer.alloc(0), Buffer.of(0), Buffer.of(255)]],
    ['noise', Array.from({ length: 100 }, (_, seed) => noise(50, seed))],
  ];
  it.each(sequences.flatMap(([name, messages]) => [true, false].map((tty) => [name, tty, messages] as const)))(
    'survives %s (tty: %s)',
    async (_, tty, messages) => {
      const socket = await open(`${shell}&tty=${tty}`);
      for (const message of messages) socket.send(message);
      // Ends the program; the messages after that come too late.
      socket.send(Buffer.from('\0\n\n'));
      for (const message of messages) if (socket.readyState === WebSocket.OPEN) socket.send(message);
      const closed = once(socket, 'close');
      const timer = setTimeout(() => socket.terminate(), 500);
      await closed;
      clearTimeout(timer);
      await isHealthy();
    },
  );

  it('survives the end of the program while its terminal is being resized', async () => {
    for (let round = 0; round < 10; round += 1) {
      const socket = await open('command=true&stdin=true&stdout=true&tty=true');
      const closed = once(socket, 'close');
      const timer = setInterval(
        () => socket.readyState === WebSocket.OPEN && socket.send(size('{"Width":80,"Height":24}')),
        1,
      );
      await closed;
      clearInterval(timer);
    }
    await isHealthy();
  });

  it('survives clients that attach to any pod and disconnect', async () => {
    const { json } = await ask(emulator, '/api/v1/pods');
    for (const { metadata, spec } of json.items.filter(
      ({ metadata: { namespace } }: { metadata: { namespace: string } }) => namespace === 'shop',
    )) {
      const url = `${emulator.url.replace('https', 'wss')}${PODS}/${metadata.name}/attach?stdout=true&container=${spec.containers[0].name}`;
      const headers = { authorization: `Bearer ${emulator.token}` };
      const socket = new WebSocket(url, ['v5.channel.k8s.io'], { ca: emulator.caPem, headers });
      socket.on('error', () => {});
      const closed = new Promise<void>((done) => socket.once('close', () => done()));
      socket.once('open', () => socket.terminate());
      await closed;
    }
    await isHealthy();
  });

  it('survives arguments that contain NUL', async () => {
    const socket = await open(`command=echo&command=a%00b&stdout=true`);
    await once(socket, 'close');
    expect((await runScript(emulator, 'echo well')).stdout).toBe('well\n');
  });
});

describe('over SPDY', () => {
  const upgrade = (what: string) =>
    `POST ${PODS}/postgres-0/${what} HTTP/1.1\r\nHost: a\r\n${authorised()}Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n`;
  const frame = (type: number, payload: Buffer) =>
    Buffer.concat([
      Buffer.from([0x80, 3, 0, type, 0, payload.length >> 16, (payload.length >> 8) & 255, payload.length & 255]),
      payload,
    ]);
  const places = ['exec?command=cat&stdin=true&stdout=true', 'portforward'];

  it.each(places)('survives truncated frames and noise on %s', async (what) => {
    for (let type = 0; type < 12; type += 1) {
      for (const length of [0, 1, 3, 4, 9, 10, 40]) {
        await send(
          await dial(),
          Buffer.concat([Buffer.from(upgrade(what)), frame(type, noise(length, type + length))]),
        );
      }
    }
    for (let seed = 0; seed < 30; seed += 1) {
      await send(await dial(), Buffer.concat([Buffer.from(upgrade(what)), noise(200, seed)]));
    }
    await isHealthy();
  });

  it('does not decompress huge headers', async () => {
    const bomb = deflateSync(Buffer.alloc(256 * 1024 ** 2));
    const before = process.memoryUsage().rss;
    await send(
      await dial(),
      Buffer.concat([Buffer.from(upgrade('portforward')), frame(1, Buffer.concat([Buffer.alloc(10, 1), bomb]))]),
    );
    await isHealthy();
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 ** 2);
  });
});

describe('what is stored', () => {
  const workloads = '/apis/apps/v1/namespaces/shop/deployments';
  const deployment = (name: string, spec: object) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { name } },
      template: { metadata: { labels: { name } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
      ...spec,
    },
  });

  it.each([
    ['replicas', { replicas: -5 }],
    ['strategy', { strategy: { type: 'x', rollingUpdate: { maxSurge: '999999999%', maxUnavailable: 'x%' } } }],
    ['progress', { progressDeadlineSeconds: -1, revisionHistoryLimit: -1, minReadySeconds: 1e15 }],
    [
      'grace',
      {
        template: {
          metadata: { labels: { name: 'grace' } },
          spec: { terminationGracePeriodSeconds: 9e15, containers: [{ name: 'c', image: 'x' }] },
        },
      },
    ],
    [
      'behaviour',
      {
        template: {
          metadata: { labels: { name: 'behaviour' }, annotations: { 'demo.postern.dev/behaviour': 'crash 0s' } },
          spec: { containers: [{ name: '../..', image: '' }] },
        },
      },
    ],
  ])('survives a deployment with an invalid %s', async (name, spec) => {
    const { status } = await ask(emulator, workloads, { method: 'POST', body: deployment(name, spec) });
    expect([201, 400, 422]).toContain(status);
    await ask(emulator, `${workloads}/${name}`, { method: 'DELETE' });
    await isHealthy();
  });

  it('survives cron jobs with invalid schedules', async () => {
    const job = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } } };
    for (const schedule of ['', '* * * *', '*/0 * * * *', '99999999999-0 * * * *', '@'.repeat(10_000)]) {
      const body = {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { generateName: 'odd-' },
        spec: { schedule, jobTemplate: { spec: job } },
      };
      expect(
        (await ask(emulator, '/apis/batch/v1/namespaces/shop/cronjobs', { method: 'POST', body })).status,
      ).toBeLessThan(500);
    }
    await isHealthy();
  });

  it('survives statuses that no controller has written, and shows them', async () => {
    for (const status of [
      { phase: 7 },
      { containerStatuses: {} },
      { containerStatuses: [{}] },
      { conditions: 'x' },
      null,
      { startTime: 'never' },
    ]) {
      await ask(emulator, `${PODS}/postgres-0/status`, {
        method: 'PATCH',
        body: { status },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
      for (const path of [PODS, `${PODS}/postgres-0`, `${PODS}/postgres-0/log`]) {
        expect((await ask(emulator, path, { headers: { accept: TABLE } })).status).toBeLessThan(600);
      }
    }
    await isHealthy();
  });

  it('is limited to a number of pods, and refuses one more with a reason', async () => {
    const body = deployment('flood', { replicas: 1_000_000_000 });
    expect((await ask(emulator, workloads, { method: 'POST', body })).status).toBe(201);
    const list = () => ask(emulator, '/api/v1/pods');
    const { json } = await until(
      async () => {
        const answer = await list();
        return answer.json.items.length >= storeLimits.pods && answer;
      },
      { timeoutMs: 20_000 },
    );
    expect(json.items).toHaveLength(storeLimits.pods);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'one-more' },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    };
    const refused = await ask(emulator, PODS, { method: 'POST', body: pod });
    expect(refused).toMatchObject({ status: 403, json: { message: expect.stringContaining('exceeded quota') } });
    await ask(emulator, `${workloads}/flood`, { method: 'DELETE' });
    await isHealthy();
  }, 60_000);

  it('is limited in size', async () => {
    const data = { filler: 'x'.repeat(2_500_000) };
    const path = '/api/v1/namespaces/shop/configmaps';
    const statuses: number[] = [];
    for (let count = 0; count < 30; count += 1) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `big-${count}` }, data };
      statuses.push((await ask(emulator, path, { method: 'POST', body })).status);
    }
    expect(statuses[0]).toBe(201);
    expect(statuses.at(-1)).toBe(403);
    expect((await ask(emulator, `${path}/big-0`, { method: 'DELETE' })).status).toBe(200);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'again' }, data };
    expect((await ask(emulator, path, { method: 'POST', body })).status).toBe(201);
    await isHealthy();
  }, 60_000);
});
