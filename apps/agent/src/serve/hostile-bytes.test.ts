import { seededRandom, selfSigned, type TestCertificate, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { http2Apiserver, rawApiserver } from '../test/apiserver.ts';
import { rawHttp2 } from '../test/raw-http2.ts';
import { received, type ServingAgent, servingAgent } from '../test/serving.ts';

/**
 * An apiserver and a gateway that send arbitrary bytes. Vitest fails a test on an uncaught exception or rejection, either of
 * which would end the agent's process.
 */

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

/** Cases per test. For a longer run: FUZZ_CASES=10000. */
const cases = Number(process.env['FUZZ_CASES'] ?? 60);
const random = seededRandom(20261121);
const below = (limit: number): number => Math.floor(random() * limit);
const bytes = (most: number): Buffer => Buffer.from(Array.from({ length: below(most) }, () => below(256)));

/** Sends a request; gives up half of the time, or if nothing arrives: some frames make Node stop reading until its next PING. */
async function askAnything(agent: ServingAgent, kind: 'http' | 'upgrade' = 'http'): Promise<void> {
  const isUpgrade = kind === 'upgrade';
  const { response, stream } = agent.request({
    kind,
    method: ['GET', 'POST'][below(2)]!,
    ...(isUpgrade
      ? {
          path: '/api/v1/namespaces/demo/pods/web-1/exec?command=sh',
          headers: [
            ['connection', 'Upgrade'],
            ['upgrade', 'SPDY/3.1'],
          ] as [string, string][],
        }
      : {}),
  });
  response.catch(() => {});
  const ended = received(stream);
  stream.write(bytes(100));
  if (below(2) === 0) stream.end(bytes(100_000));
  await Promise.race([ended, response.catch(() => {}), patience(agent)]);
  if (below(2) === 0) stream.destroy();
  else stream.end();
  await Promise.race([ended, patience(agent)]);
  stream.destroy();
  await ended;
}

/** Resolves when the agent has answered many PINGs. */
async function patience(agent: ServingAgent): Promise<void> {
  for (let round = 0; round < 100; round++) await agent.gateway.session.ping();
}

async function stillServes(agent: ServingAgent): Promise<void> {
  const { response, stream } = agent.request({}, { end: true });
  expect((await response).status).toBe(200);
  expect((await received(stream)).end).toBe('complete');
}

describe('an apiserver that sends arbitrary bytes', () => {
  it('in HTTP/2 frames ends its requests and nothing else', { timeout: 60_000 }, async () => {
    let isHonest = false;
    await using api = await rawHttp2(certificate, {
      onHeaders: (stream) => {
        if (isHonest) {
          stream.head({ end: true });
          return;
        }
        const { connection } = stream;
        if (below(2) === 0) stream.head({ status: below(700), ...(below(2) === 0 ? { length: below(200) } : {}) });
        for (let count = below(6); count > 0; count--) {
          const payload = bytes(60);
          const header = Buffer.alloc(9);
          header.writeUIntBE(below(8) === 0 ? below(1 << 24) : payload.length, 0, 3);
          header[3] = below(12);
          header[4] = below(256);
          header.writeUInt32BE(below(3) === 0 ? below(2 ** 31) : stream.id, 5);
          connection.send(Buffer.concat([header, payload]));
        }
        const ending = below(4);
        if (ending === 0) connection.socket.end();
        else if (ending === 1) connection.tcp.resetAndDestroy();
        else if (ending === 2) stream.reset(below(16));
        else connection.goAway(below(16), below(20));
        // A frame that was ignored must not keep the request open forever.
        setImmediate(() => connection.socket.destroy());
      },
    });
    await using agent = await servingAgent(api.endpoint);
    for (let count = 0; count < cases; count++) await askAnything(agent);
    isHonest = true;
    await stillServes(agent);
  });

  it('in HTTP/1.1 ends its requests and nothing else', { timeout: 60_000 }, async () => {
    const starts = [
      '',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: SPDY/3.1\r\n',
    ];
    const middles = [
      '',
      '\r\n',
      'content-length: 10\r\n\r\n',
      'transfer-encoding: chunked\r\n\r\n5\r\n',
      'x: \0\r\n\r\n',
    ];
    let isHonest = false;
    await using api = await rawApiserver(certificate, (_head, socket) => {
      if (isHonest) {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      const said = Buffer.concat([
        Buffer.from(`${starts[below(starts.length)]}${middles[below(middles.length)]}`),
        bytes(200),
      ]);
      socket.write(said, () => {
        if (below(2) === 0) api.breakOff();
        else socket.end();
        setImmediate(() => socket.destroy());
      });
    });
    await using agent = await servingAgent(api.endpoint);
    for (let count = 0; count < cases; count++) await askAnything(agent, below(2) === 0 ? 'http' : 'upgrade');
    isHonest = true;
    await stillServes(agent);
  });
});

describe('a gateway that sends arbitrary requests', () => {
  const words = [
    null,
    0,
    -1,
    '',
    '/',
    'GET',
    'http',
    'upgrade',
    'tcp',
    'report',
    {},
    [],
    [['user-agent', 'a']],
    [['content-length', '5']],
    [['upgrade', 'websocket']],
    '/api/v1/namespaces/demo/pods/web-1/exec?command=sh',
    '\ud800',
    '__proto__',
    { user: 'postern:a', groups: ['postern:viewer'] },
  ];

  it('only gets its requests refused', { timeout: 60_000 }, async () => {
    await using api = await http2Apiserver(certificate, (request, response) => {
      request.resume();
      response.end('{}');
    });
    await using agent = await servingAgent(api.endpoint);
    const { session } = agent.gateway;
    for (let count = 0; count < cases; count++) {
      const head: Record<string, unknown> = {
        kind: 'http',
        cluster: agent.gateway.clusterId,
        method: 'GET',
        path: '/api/v1/pods',
        headers: [],
        identity: { user: 'postern:a@example.com', groups: ['postern:viewer'] },
      };
      const fields = Object.keys(head).filter((name) => name !== 'cluster');
      for (let changes = below(3); changes > 0; changes--) {
        head[fields[below(fields.length)]!] = words[below(words.length)];
      }
      const text = below(10) === 0 ? bytes(100) : Buffer.from(JSON.stringify(head));
      const stream = session.open(text, { end: below(2) === 0 });
      stream.accepted.catch(() => {});
      const ended = received(stream);
      if (below(2) === 0) stream.end(bytes(1000));
      if (below(4) === 0) stream.abort('cancelled', 'x');
      if (below(4) === 0) stream.destroy();
      await Promise.race([ended, stream.accepted.catch(() => {})]);
      stream.destroy();
    }
    await stillServes(agent);
  });
});
