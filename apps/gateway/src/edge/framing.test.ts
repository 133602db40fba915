import { once } from 'node:events';
import { METHODS } from 'node:http';
import { useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type EdgeHarness, type EdgeHarnessOptions, startEdgeHarness } from '../test/edge-harness.ts';

useLeakCheck();

let harness: EdgeHarness | undefined;
afterEach(async () => {
  await harness?.stop();
  harness = undefined;
});
async function start(options?: EdgeHarnessOptions): Promise<EdgeHarness> {
  harness = await startEdgeHarness(options);
  return harness;
}

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
const answers = (text: string): number => text.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0;

const target = (method: string): string => (method === 'CONNECT' ? 'a:1' : '/api/v1/meta');
const shapes = {
  plain: '',
  upgrade: 'Connection: Upgrade\r\nUpgrade: websocket\r\n',
  'h2c upgrade': 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
  body: 'Content-Length: 3\r\n',
};
/** The first two pass Node's parser, the others do not. */
const oddVersions = ['HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/3.0', 'HTTP/9.9', 'HTTP/2', 'HTTP/1.10', 'SPDY/3.1'];

describe.each([
  ['TLS', true],
  ['plain', false],
])('over %s, a request in another version of HTTP', (_, tls) => {
  it.each(Object.entries(shapes))(
    'is refused and the connection closed, with any method (%s)',
    async (_shape, head) => {
      const { said, calls } = await start({ tls });
      const versions = tls ? oddVersions.slice(0, 3) : oddVersions;
      const cases = [...METHODS, 'PRI'].flatMap((method) => versions.map((version) => ({ method, version })));
      const statuses = new Set<number>();
      for (let index = 0; index < cases.length; index += 16) {
        await Promise.all(
          cases.slice(index, index + 16).map(async ({ method, version }) => {
            const answer = await said(`${method} ${target(method)} ${version}\r\nHost: x\r\n${head}\r\n`);
            statuses.add(status(answer));
            expect([method, version, answers(answer)]).toEqual([method, version, 1]);
            if (version === 'HTTP/2.0' || version === 'HTTP/0.9')
              expect([method, version, status(answer)]).toEqual([method, version, 505]);
          }),
        );
      }
      expect([...statuses].filter((code) => code !== 505 && code !== 400)).toEqual([]);
      expect(calls).toEqual([]);
      expect(status(await said('GET /api/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'))).toBe(200);
    },
  );

  it('is refused if it is an HTTP/2 preface: truncated, repeated, or sent after ALPN chose HTTP/1.1', async () => {
    const { said } = await start({ tls, edgeLimits: { headersTimeoutMs: 100 } });
    for (const preface of [
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ])
      expect([400, 408, 505]).toContain(status(await said(preface)));
    expect(status(await said('GET /api/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'))).toBe(200);
  });
});

describe('CONNECT', () => {
  it('is refused over HTTP/1.0, 1.1 and 2', async () => {
    const { said, http2 } = await start();
    for (const version of ['1.0', '1.1'])
      expect(status(await said(`CONNECT a:1 HTTP/${version}\r\nHost: a:1\r\n\r\n`))).toBe(405);
    const stream = http2().request({ ':method': 'CONNECT', ':authority': 'a:1' });
    const [headers] = await once(stream, 'response');
    expect(headers[':status']).toBe(405);
    stream.close();
  });
});

const good = 'GET /api/second HTTP/1.1\r\nHost: x\r\n\r\n';

describe('a request that two parsers could read differently', () => {
  it.each([
    ['two hosts', 'Host: a\r\nHost: b\r\n', ''],
    ['the same host twice', 'Host: a\r\nhost: a\r\n', ''],
    ['two credentials', 'Host: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n', ''],
    ['two origins', 'Host: a\r\nOrigin: https://a\r\nOrigin: https://b\r\n', ''],
    ['two content types', 'Host: a\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n', ''],
    ['identity before chunked', 'Host: a\r\nTransfer-Encoding: identity, chunked\r\n', '0\r\n\r\n'],
    ['gzip before chunked', 'Host: a\r\nTransfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'],
    ['chunked twice', 'Host: a\r\nTransfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'],
    ['chunked in two fields', 'Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['identity', 'Host: a\r\nTransfer-Encoding: identity\r\n', ''],
    ['an unknown coding', 'Host: a\r\nTransfer-Encoding: x\r\n', ''],
    ['chunked and something else', 'Host: a\r\nTransfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
    ['an empty coding', 'Host: a\r\nTransfer-Encoding: \r\n', ''],
    ['a quoted coding', 'Host: a\r\nTransfer-Encoding: "chunked"\r\n', '0\r\n\r\n'],
    ['a coding with a parameter', 'Host: a\r\nTransfer-Encoding: chunked;q=1\r\n', '0\r\n\r\n'],
    ['a coding and a length', 'Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'],
    ['two lengths', 'Host: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n', 'xx'],
    ['a folded header', 'Host: a\r\nX-A: b\r\n c\r\n', ''],
    ['no host', '', ''],
  ])('is refused and its connection closed: %s', async (_, head, body) => {
    const { said, calls } = await start({ tls: false });
    for (const method of ['GET', 'POST']) {
      const answer = await said(`${method} /api/first HTTP/1.1\r\n${head}\r\n${body}${good}`);
      expect([status(answer), answers(answer)]).toEqual([400, 1]);
      expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    }
    expect(calls).toEqual([]);
  });

  it('is refused with a transfer coding in HTTP/1.0', async () => {
    const { said, calls } = await start({ tls: false });
    const answer = await said(`POST /api/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${good}`);
    expect([status(answer), answers(answer), calls]).toEqual([400, 1, []]);
  });

  it('is not processed after one that ends its connection', async () => {
    const { said, calls } = await start({ tls: false });
    for (const first of [
      'GET /api/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'GET /api/ HTTP/1.0\r\n\r\n',
      // Answered before its body is read.
      'POST /api/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx',
    ])
      expect(answers(await said(first + good))).toBe(1);
    expect(calls).toEqual(['api', 'api', 'api']);
  });

  it('is served with a single transfer coding in any letter case', async () => {
    const { said, calls } = await start({ tls: false });
    for (const coding of ['chunked', 'Chunked', ' chunked '])
      await said(`POST /api/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:${coding}\r\nConnection: close\r\n\r\n0\r\n\r\n`);
    expect(calls).toEqual(['api', 'api', 'api']);
  });
});

describe('a path of the dashboard', () => {
  it.each([
    '/%',
    '/%%',
    '/%2',
    '/%zz',
    '/a%2',
    '/%E0%A4%A',
    '/%ff',
    '/%C0%AE',
    '/%ED%A0%80',
    '/%00',
    '/a%0d%0ab',
    '/%7f',
  ])('that cannot be decoded is refused: %s', async (path) => {
    const { said, calls } = await start({ tls: false });
    expect(status(await said(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))).toBe(400);
    expect(calls).toEqual([]);
  });

  it.each(['/', '/a%20b', '/%E2%82%AC', '/?q=100%', '/a?%'])('that can be decoded is served: %s', async (path) => {
    const { said } = await start({ tls: false });
    expect(status(await said(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))).toBe(200);
  });
});

describe('pipelined requests', () => {
  it('are answered in order', async () => {
    const { said, calls } = await start({ tls: false });
    const answer = await said(`${good.repeat(7)}GET /api/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect([answers(answer), calls.length]).toEqual([8, 8]);
  });

  it('end their connection when too many wait for a response', async () => {
    let begun = 0;
    const { said } = await start({
      tls: false,
      edgeLimits: { pipelinedRequests: 8 },
      handlers: { api: () => void begun++ },
    });
    expect(await said(good.repeat(1_000))).toBe('');
    expect(begun).toBe(8);
  });

  it('never become an upgrade between two responses', async () => {
    const { said, calls } = await start({ tls: false, handlers: { api: () => {} } });
    const upgrade = 'GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(await said(good + upgrade)).toBe('');
    expect(calls).toEqual([]);
  });
});
