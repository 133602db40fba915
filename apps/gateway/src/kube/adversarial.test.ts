import { once } from 'node:events';
import { connect as http2Connect } from 'node:http2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';

// Handwritten bytes against the real edge. `harness.seen` is what reached the cluster's side of the tunnel.

let harness: KubeHarness;
beforeAll(async () => {
  harness = await startKubeHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.seen.length = 0;
});

/** Sends bytes. @returns what arrives until the connection closes, or until 40 ms after the response begins. */
async function send(bytes: string): Promise<string> {
  const socket = await harness.connect();
  let answer = '';
  socket.on('data', (part: Buffer) => {
    answer += part.toString('latin1');
    setTimeout(() => socket.destroy(), 40);
  });
  socket.write(Buffer.from(bytes, 'latin1'));
  socket.once('end', () => socket.destroy());
  if (!socket.destroyed) await once(socket, 'close');
  return answer;
}

const statuses = (answer: string): number[] =>
  [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => Number(match[1]));
const credential = 'Host: x\r\nAuthorization: Bearer ada\r\n';
const get = (path: string, lines = ''): string => `GET ${path} HTTP/1.1\r\n${credential}${lines}\r\n`;

describe('smuggling', () => {
  const pods = `${kubePath}/api/v1/namespaces/a/pods`;
  const hidden = `GET ${kubePath}/api/v1/secrets HTTP/1.1\r\n${credential}\r\n`;
  it.each([
    ['Content-Length and Transfer-Encoding', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['Transfer-Encoding and Content-Length', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', '0\r\n\r\n'],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 5\r\n', ''],
    ['a list of lengths', 'Content-Length: 0, 5\r\n', ''],
    ['a signed length', 'Content-Length: +5\r\n', 'hello'],
    ['a length in hex', 'Content-Length: 0x5\r\n', 'hello'],
    ['a bare line feed in the headers', 'X-A: b\nX-C: d\r\n', ''],
    ['a bare carriage return', 'X-A: b\rX-C: d\r\n', ''],
    ['a folded line', 'X-A: b\r\n  folded\r\n', ''],
    ['a space before the colon', 'Content-Length : 5\r\n', 'hello'],
    ['a null byte', 'X-A: b\u0000c\r\n', ''],
    ['an unknown transfer coding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
    ['chunked twice', 'Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'],
    ['a chunk size with a bare line feed', 'Transfer-Encoding: chunked\r\n', '5\nhello\r\n0\r\n\r\n'],
    ['a chunk size beyond 64 bits', 'Transfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\nx\r\n0\r\n\r\n'],
    ['a header without a name', ': x\r\n', ''],
    ['a header without a colon', 'novalue\r\n', ''],
  ])('%s is refused, and the request behind it is not read', async (_, lines, body) => {
    const answer = await send(`POST ${pods} HTTP/1.1\r\n${credential}${lines}\r\n${body}${hidden}`);
    expect(statuses(answer).filter((status) => status < 400)).toEqual([]);
    expect(harness.seen.map(({ path }) => path)).not.toContain('/api/v1/secrets');
  });

  it.each([
    ['two Host headers', `GET ${pods} HTTP/1.1\r\nHost: a\r\n${credential}\r\n`],
    ['no Host', `GET ${pods} HTTP/1.1\r\nAuthorization: Bearer ada\r\n\r\n`],
    ['HTTP/0.9', `GET ${pods}\r\n\r\n`],
    ['HTTP/3.0', `GET ${pods} HTTP/3.0\r\n${credential}\r\n`],
    ['a lower-case version', `GET ${pods} http/1.1\r\n${credential}\r\n`],
    ['a space in the target', `GET ${pods} x HTTP/1.1\r\n${credential}\r\n`],
    ['a tab in the request line', `GET\t${pods}\tHTTP/1.1\r\n${credential}\r\n`],
    ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['bytes that are not HTTP', '\u0016\u0003\u0001\u0000\u0005hello'],
  ])('%s does not succeed', async (_, bytes) => {
    expect(statuses(await send(bytes)).filter((status) => status < 400)).toEqual([]);
    expect(harness.seen).toEqual([]);
  });
});

describe('targets', () => {
  it.each(['http://169.254.169.254/latest/meta-data', `https://evil.example${kubePath}/api`, '*', 'evil.example:443'])(
    '%s is 400',
    async (target) => {
      for (const lines of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n']) {
        expect(statuses(await send(`GET ${target} HTTP/1.1\r\n${credential}${lines}\r\n`))).toEqual([400]);
      }
      expect(harness.seen).toEqual([]);
    },
  );

  it('CONNECT is refused', async () => {
    expect(statuses(await send(`CONNECT 169.254.169.254:80 HTTP/1.1\r\n${credential}\r\n`))).toEqual([405]);
  });

  it.each([
    '/api/v1/../../../other/x/api',
    '/api/v1/..%2f..%2f',
    '/api/v1/%2e%2e/%2e%2e',
    '/api/v1/%252e%252e/',
    '//api/v1',
    '/api//v1/pods',
    '/api/v1/.',
    '/api\\v1',
    '/api/v1/pods;jsessionid=1',
    '/api/v1/pods%00',
    '/api/v1/pods%0d%0aX: y',
    '/api/v1/pods#frag',
    '/api/v1/pods%ff',
    '/api/v1/watch',
  ])('%s is 400 or 404', async (path) => {
    const all = statuses(await send(get(`${kubePath}${path}`)));
    expect(all).toHaveLength(1);
    expect([400, 404]).toContain(all[0]);
    expect(harness.seen).toEqual([]);
  });

  it.each([
    '/k8s',
    '/k8s/',
    '/k8s/acme',
    '/k8s//prod/api',
    '/k8s/acme//api',
    '/k8s/../k8s/acme/prod',
    '/k8s/ACME/prod/api',
    '/k8s/acme/pr%6fd/api',
  ])('%s names no cluster', async (path) => {
    const [status] = statuses(await send(get(path)));
    expect([400, 404]).toContain(status);
    expect(harness.seen).toEqual([]);
  });

  it.each(['/K8S/acme/prod/api', '/%6b8s/acme/prod/api', '/./k8s/acme/prod/api', '/x/../k8s/acme/prod/api'])(
    '%s is not served',
    async (path) => {
      const [status] = statuses(await send(get(path)));
      expect([400, 404]).toContain(status);
      expect(harness.seen).toEqual([]);
    },
  );
});

describe('identity', () => {
  it.each([
    'Impersonate-User: system:admin',
    'impersonate-user: x',
    'IMPERSONATE-GROUP: system:masters',
    'Impersonate-Uid: 0',
    'Impersonate-Extra-scopes: all',
    'Impersonate_User: x',
    'Impersonate-User: a\r\nImpersonate-User: b',
    'X-Remote-User: root',
    'X-Remote-Group: system:masters',
    'Connection: Impersonate-User',
    'Connection: close, impersonate-group',
  ])('%j is 403', async (line) => {
    expect(statuses(await send(get(`${kubePath}/api`, `${line}\r\n`)))).toEqual([403]);
    const upgrade = `${line}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    const path = `${kubePath}/api/v1/namespaces/a/pods/p/exec`;
    expect(statuses(await send(get(path, upgrade)))).toEqual([403]);
    expect(harness.seen).toEqual([]);
  });

  it.each([
    'Connection: Authorization',
    'Connection: Accept, User-Agent',
    'X-Forwarded-User: root',
    'X-Forwarded-Uri: /healthz',
    'Forwarded: for=1.2.3.4',
    'X-Original-Url: /healthz',
    'Cookie: session=ada',
    'Proxy-Authorization: Basic x',
    '__proto__: x',
    'constructor: x',
  ])('%j is not forwarded and has no effect', async (line) => {
    const answer = await send(get(`${kubePath}/api`, `Accept: application/json\r\n${line}\r\n`));
    expect(statuses(answer)).toEqual([200]);
    expect(harness.seen[0]?.identity).toEqual({ user: 'postern:ada@example.com', groups: ['postern:admin'] });
    const names = harness.seen[0]?.headers.map(([name]) => name) ?? [];
    expect(names.filter((name) => name !== 'accept')).toEqual([]);
  });

  it.each([
    'Authorization: Bearer nobody',
    'User-Agent: kube-probe/1.0',
    'X-Forwarded-Uri: /healthz',
    'X-Middleware-Subrequest: middleware',
    'Cookie: session=ada',
  ])('%j alone does not authenticate', async (line) => {
    expect(statuses(await send(`GET ${kubePath}/api HTTP/1.1\r\nHost: x\r\n${line}\r\n\r\n`))).toEqual([401]);
    expect(harness.seen).toEqual([]);
  });

  it.each(['Authorization: Bearer nobody', 'Authorization: Bearer ada', 'Host: y'])(
    'a repeated header %j is 400',
    async (line) => {
      expect(statuses(await send(get(`${kubePath}/api`, `${line}\r\n`)))[0]).toBe(400);
      expect(harness.seen).toEqual([]);
    },
  );

  it('an upgrade with a body is 400', async () => {
    const path = `${kubePath}/api/v1/namespaces/a/pods/p/exec`;
    for (const lines of ['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n']) {
      const answer = await send(get(path, `${lines}Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n`));
      expect(statuses(answer)).toEqual([400]);
    }
    expect(harness.seen).toEqual([]);
  });

  it('two Upgrade headers are 400', async () => {
    const path = `${kubePath}/api/v1/namespaces/a/pods/p/exec`;
    const answer = await send(get(path, 'Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: SPDY/3.1\r\n'));
    expect(statuses(answer)).toEqual([400]);
    expect(harness.seen).toEqual([]);
  });
});

describe('sizes', () => {
  it('headers above 64 KiB are 431', async () => {
    expect(statuses(await send(get(`${kubePath}/api`, `X-A: ${'a'.repeat(70_000)}\r\n`)))).toEqual([431]);
  });

  it('a target above 32 KiB is 400', async () => {
    expect(statuses(await send(get(`${kubePath}/api?a=${'a'.repeat(40_000)}`)))).toEqual([400]);
  });

  it('headers within the HTTP limit but too large for the tunnel get a response', async () => {
    const [status] = statuses(await send(get(`${kubePath}/api`, `Accept: ${'"'.repeat(40_000)}\r\n`)));
    expect([200, 400, 431]).toContain(status);
  });
});

describe('HTTP/2', () => {
  async function ask(headers: Record<string, string | string[]>): Promise<number | string> {
    const session = http2Connect(`https://127.0.0.1:${harness.port}`, { ca: harness.cert });
    session.on('error', () => {});
    try {
      const stream = session.request({ authorization: 'Bearer ada', ':path': `${kubePath}/api`, ...headers });
      const answered = once(stream, 'response') as Promise<[Record<string, number>]>;
      stream.resume();
      const [answer] = await answered;
      return answer[':status'] ?? 0;
    } catch (error) {
      return (error as Error).message;
    } finally {
      session.destroy();
    }
  }

  it.each([
    [{ ':path': '*', ':method': 'OPTIONS' }, 400],
    [{ ':path': `${kubePath}/../x` }, 400],
    [{ 'impersonate-user': 'system:admin' }, 403],
    [{ 'impersonate-group': ['a', 'system:masters'] }, 403],
    [{ authorization: '' }, 401],
    [{ ':path': '/tunnel' }, 426],
    [{ ':path': '/socket.io/?EIO=4&transport=polling' }, 426],
  ] as const)('%j is %i', async (headers, status) => {
    expect(await ask(headers as unknown as Record<string, string>)).toBe(status);
    expect(harness.seen).toEqual([]);
  });

  it('an absolute :path is a protocol error', async () => {
    expect(await ask({ ':path': 'http://169.254.169.254/' })).toMatch(/PROTOCOL_ERROR/);
  });

  it('CONNECT is refused', async () => {
    const session = http2Connect(`https://127.0.0.1:${harness.port}`, { ca: harness.cert });
    const stream = session.request({ ':method': 'CONNECT', ':authority': '169.254.169.254:80' });
    stream.on('error', () => {});
    const [answer] = (await once(stream, 'response')) as [Record<string, number>];
    expect(answer[':status']).toBe(405);
    session.destroy();
  });
});

it('a normal request still works afterwards', async () => {
  expect((await harness.fetch(`${kubePath}/api`)).status).toBe(200);
});
