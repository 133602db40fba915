import { EventEmitter, once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect as http2Connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, connect as netConnect, Server, Socket } from 'node:net';
import { testCertificate, turns, until, useLeakCheck } from '@postern/testkit';
import { type Logger, pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { GatewayMetrics } from '../metrics/metrics.ts';
import { type EdgeHarness, type EdgeHarnessOptions, startEdgeHarness } from '../test/edge-harness.ts';
import { inlineScriptHashes } from './content-security-policy.ts';
import { createDashboardProxy } from './dashboard.ts';
import { Deadlines } from './deadlines.ts';
import { createEdge, type Edge } from './edge.ts';
import { markAuthenticated } from './exchange.ts';
import type { EdgeLimits } from './limits.ts';
import { remoteAddressOf } from './remote-address.ts';
import { ownerOf } from './routes.ts';

useLeakCheck();

const logger = pino({ level: 'silent' });
const metrics = new GatewayMetrics({ processMetrics: false });
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startEdge(
  options: { tls?: boolean; limits?: Partial<EdgeLimits>; dashboardUrl?: URL; origin?: string } = {},
): Promise<{ edge: Edge; port: number; cert: string; calls: string[] }> {
  const { cert, key } = await testCertificate();
  const calls: string[] = [];
  const edge = createEdge({
    tls: options.tls === false ? undefined : { cert, key },
    publicOrigin: options.origin ?? 'https://localhost:1',
    metrics,
    logger,
    limits: new Limits(defaultLimits),
    ...(options.limits === undefined ? {} : { edgeLimits: options.limits }),
    handlers: {
      api: (_request, response) => {
        calls.push('api');
        response.end('api');
      },
      kube: {
        request: (_request, response) => {
          calls.push('kube');
          response.end('kube');
        },
        upgrade: (_request, socket) => {
          calls.push('kube upgrade');
          socket.destroy();
        },
      },
      tunnel: (_request, socket) => {
        calls.push('tunnel');
        socket.destroy();
      },
      live: (_request, socket) => {
        calls.push('live');
        socket.destroy();
      },
      dashboard: createDashboardProxy({ url: options.dashboardUrl, publicOrigin: 'https://gateway.example', logger }),
    },
  });
  const { port } = await edge.listen(0, '127.0.0.1');
  closing.push(() => edge.close(0));
  return { edge, port, cert, calls };
}

function plain(port: number): Socket {
  const socket = netConnect(port, '127.0.0.1');
  socket.on('error', () => {});
  closing.push(() => void socket.destroy());
  return socket;
}

async function get(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const request = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...options }).end();
  const [response] = await once(request, 'response');
  let body = '';
  for await (const part of response) body += part;
  return { status: response.statusCode, headers: response.headers, body };
}

describe('ownerOf', () => {
  it.each([
    ['/k8s/acme/prod/api', 'kube'],
    ['/k8s', 'kube'],
    ['/tunnel', 'tunnel'],
    ['/tunnel?x', 'tunnel'],
    ['/socket.io/?EIO=4', 'live'],
    ['/api', 'api'],
    ['/api/v1/meta', 'api'],
    ['/healthz?verbose', 'api'],
    ['/readyz', 'api'],
    ['/install.yaml', 'api'],
    ['/', 'dashboard'],
    ['/acme', 'dashboard'],
    ['/k8sx', 'dashboard'],
    ['/tunnel/x', 'dashboard'],
    ['/socket.io', 'dashboard'],
    ['/healthz/', 'dashboard'],
    ['/API/v1', 'dashboard'],
    ['//k8s/acme', 'dashboard'],
    ['http://x/k8s/acme', null],
    ['*', null],
    ['', null],
    ['x:443', null],
  ])('%s belongs to %s', (target, owner) => {
    expect(ownerOf(target)).toBe(owner);
  });
});

describe('the edge', () => {
  it('passes upgrades to their owners and refuses all others', async () => {
    const { port, calls } = await startEdge({ tls: false });
    for (const path of ['/k8s/a/b/api', '/tunnel', '/socket.io/']) {
      const socket = plain(port);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
      await once(socket, 'close');
    }
    expect(calls).toEqual(['kube upgrade', 'tunnel', 'live']);
    for (const path of ['/api/v1/meta', '/', 'http://169.254.169.254/']) {
      const socket = plain(port);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
      await once(socket, 'close');
    }
    expect(calls).toHaveLength(3);
  });

  it('sends Strict-Transport-Security for public host names only', async () => {
    const local = await startEdge({ tls: false });
    expect((await get(local.port, '/api/')).headers['strict-transport-security']).toBeUndefined();
    const real = await startEdge({ tls: false, origin: 'https://gateway.example.com' });
    expect((await get(real.port, '/api/')).headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
    });
  });

  it('closes sockets that stall in their headers while it serves others', async () => {
    const { port } = await startEdge({ tls: false, limits: { headersTimeoutMs: 3_000 } });
    const stalled = Array.from({ length: 100 }, () => {
      const socket = plain(port);
      socket.write('GET /api/ HTTP/1.1\r\nHost: x\r\nX-A: ');
      socket.resume();
      return socket;
    });
    const closed = Promise.all(stalled.map((socket) => once(socket, 'close')));
    expect((await get(port, '/api/')).status).toBe(200);
    expect(await metrics.registry.getSingleMetricAsString('postern_http_requests_total')).toContain(
      'path="api",code="200"',
    );
    expect(stalled.filter((socket) => socket.destroyed)).toEqual([]);
    await closed;
  });

  it('closes TLS connections that never finish their handshake, and HTTP/2 ones without a request', async () => {
    const { port, cert } = await startEdge({ limits: { headersTimeoutMs: 200, tlsHandshakeTimeoutMs: 200 } });
    const silent = plain(port);
    silent.resume();
    const session = http2Connect(`https://127.0.0.1:${port}`, { ca: cert });
    session.on('error', () => {});
    await Promise.all([once(silent, 'close'), once(session, 'close')]);
  });

  it('fails to listen when its port is taken', async () => {
    const { port } = await startEdge();
    const { cert, key } = await testCertificate();
    const handlers = {
      api: () => {},
      kube: { request: () => {}, upgrade: () => {} },
      tunnel: () => {},
      live: () => {},
      dashboard: () => {},
    };
    const second = createEdge({
      tls: { cert, key },
      publicOrigin: 'https://localhost',
      limits: new Limits(defaultLimits),
      metrics,
      logger,
      handlers,
    });
    await expect(second.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('lets a running request finish before it closes', async () => {
    const { edge, port } = await startEdge({ tls: false });
    const socket = plain(port);
    socket.write('GET /api/ HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const gone = once(socket, 'close');
    socket.resume();
    await edge.close(1_000);
    await gone;
  });
});

describe('a connection to the edge', () => {
  async function start(options: EdgeHarnessOptions = {}): Promise<EdgeHarness> {
    const harness = await startEdgeHarness({ tls: false, ...options });
    closing.push(() => harness.stop());
    return harness;
  }
  const get = 'GET /api/ HTTP/1.1\r\nHost: x\r\n\r\n';
  const last = 'GET /api/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

  /** A handler that leaves its requests open; `next` resolves with the response of the next one. */
  function holding() {
    const held = new EventEmitter();
    const next = async (): Promise<ServerResponse> => (await once(held, 'response'))[0];
    const api = (_request: IncomingMessage, response: ServerResponse) => void held.emit('response', response);
    return { next, handlers: { api } };
  }

  it('beyond the limit of all connections is closed unread', async () => {
    const { send, said, calls } = await start({ edgeLimits: { connections: 1 } });
    const first = send(get);
    await once(first, 'data');
    expect(await said(get)).toBe('');
    expect(calls).toEqual(['api']);
    first.write(get);
    await until(() => calls.length === 2);
    first.destroy();
    await until(async () => (await said(last)) !== '', { what: 'the next connection' });
  });

  it('sends each piece at once, and notices that the other side is gone', async () => {
    const [noDelay, keepAlive] = [vi.spyOn(Socket.prototype, 'setNoDelay'), vi.spyOn(Socket.prototype, 'setKeepAlive')];
    const { said } = await start();
    await said(last);
    expect([noDelay.mock.calls, keepAlive.mock.calls]).toEqual([[[true]], [[true, 30_000]]]);
    noDelay.mockRestore();
    keepAlive.mockRestore();
  });

  it('may ask for any number of things, one after another', async () => {
    const { send, calls } = await start({ edgeLimits: { pipelinedRequests: 2 } });
    const socket = send('');
    for (let count = 0; count < 4; count++) {
      const answered = once(socket, 'data');
      socket.write(get);
      await answered;
    }
    socket.end('GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(socket, 'close');
    expect(calls).toEqual(['api', 'api', 'api', 'api', 'tunnel']);
  });

  it.each([true, false])('may end its side after an upgrade, and still gets what it is sent (TLS: %s)', async (tls) => {
    const { send } = await start({
      tls,
      handlers: {
        tunnel: (_request, socket) => void socket.resume().once('end', () => setImmediate(() => socket.end('bye'))),
      },
    });
    const socket = send('GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.end();
    expect((await socket.setEncoding('latin1').toArray()).join('')).toBe('bye');
  });

  it('that fails after an upgrade fails alone', async () => {
    const { said, calls } = await start({
      handlers: { tunnel: (_request, socket) => socket.destroy(new Error('reset')) },
    });
    await said('GET /tunnel HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await said(last);
    expect(calls).toEqual(['api']);
  });

  it('through a load balancer has its client named when it is upgraded', async () => {
    const { said } = await start({
      proxies: { trusted: ['127.0.0.1'], source: 'x-forwarded-for' },
      handlers: { tunnel: (request, socket) => socket.end(remoteAddressOf(request)) },
    });
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    expect(await said(`GET /tunnel HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.7\r\n${upgrade}\r\n`)).toBe(
      '198.51.100.7',
    );
  });

  it('over HTTP/2 is told that it is no proxy', async () => {
    const { http2 } = await start({ tls: true });
    const stream = http2().request({ ':method': 'CONNECT', ':authority': 'a:1' });
    const [headers] = await once(stream, 'response');
    expect(headers[':status']).toBe(405);
    expect((await stream.setEncoding('latin1').toArray()).join('')).toBe('This server is not a proxy.\n');
  });

  it.each([
    ['whose headers are too large', `GET /api/ HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(2_000)}\r\n\r\n`, 431],
    ['that does not speak HTTP', 'what is this\r\n\r\n', 400],
    ['that never sends all of its headers', 'GET /api/ HTTP/1.1\r\nHost: x\r\n', 408],
    ['with another version of HTTP', 'GET /api/ HTTP/1.2\r\nHost: x\r\n\r\n', 505],
    ['that wants to use it as a proxy', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405],
    ['that asks for a proxy in two ways', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nHost: b:1\r\n\r\n', 400],
  ])('%s is refused and closed', async (_what, text, status) => {
    const { said, calls } = await start({ edgeLimits: { headerBytes: 1_000, headersTimeoutMs: 50 } });
    expect(await said(text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\r\nConnection: close\r\n`, 's'));
    expect(calls).toEqual([]);
  });

  it('with an ambiguous upgrade is told why it is refused', async () => {
    const { said } = await start();
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const answer = await said(`GET /tunnel HTTP/1.1\r\nHost: a\r\nHost: b\r\n${upgrade}`);
    expect(answer.split('\r\n\r\n')[1]).toBe('A header field that may appear only once was sent more than once.\n');
  });

  it('gets nothing between two responses when it sends what is no request', async () => {
    const { next, handlers } = holding();
    const { said } = await start({ handlers });
    const begun = next();
    expect(await said(`${get}what is this\r\n\r\n`)).toBe('');
    await begun;
  });

  it('that asks for something that is no path is told so, and counted under no owner', async () => {
    const { said, metrics } = await start();
    const answer = await said('GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\nThe request target must be a path\.\n$/s);
    expect(answer).not.toMatch(/retry-after/i);
    await said(last);
    const { values } = await (metrics.registry.getSingleMetric('postern_http_requests_total')?.get() ?? { values: [] });
    expect(values.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { path: 'none', code: '400', value: 1 },
      { path: 'api', code: '200', value: 1 },
    ]);
  });

  it('gets no more than the responses to what it has asked when the edge closes', async () => {
    const { next, handlers } = holding();
    const { edge, send } = await start({ handlers });
    const socket = send(get);
    let said = '';
    socket.setEncoding('latin1').on('data', (part) => {
      said += part;
    });
    const first = await next();
    const closed = edge.close(60_000);
    socket.write(get);
    const second = await next();
    first.end('first');
    second.end('second');
    await Promise.all([closed, once(socket, 'close')]);
    expect(said.match(/connection: [a-z-]+|first|second/gi)).toEqual([
      'Connection: keep-alive',
      'first',
      'connection: close',
      'second',
    ]);
  });

  it.each([true, false])('that is idle is closed as soon as the edge closes (TLS: %s)', async (tls) => {
    const { edge, send } = await start({ tls });
    const socket = send(get);
    await once(socket, 'data');
    await Promise.all([once(socket, 'close'), edge.close(60_000)]);
  });

  it('has deadlines for each request until it is over, and none when the edge is closed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [watch, forget] = [vi.spyOn(Deadlines.prototype, 'watch'), vi.spyOn(Deadlines.prototype, 'forget')];
    try {
      const { edge, said } = await start();
      await said(last);
      expect(watch).toHaveBeenCalledTimes(1);
      expect(forget.mock.calls).toEqual(watch.mock.calls);
      expect(vi.getTimerCount()).toBe(1);
      await edge.close(0);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });

  it.each([true, false])('is cut off when its response takes longer than the edge waits (TLS: %s)', async (tls) => {
    const { next, handlers } = holding();
    const { edge, send } = await start({ tls, handlers });
    const begun = next();
    const socket = send(get);
    const gone = once(socket.resume(), 'close');
    const response = await begun;
    await edge.close(20);
    await gone;
    expect(response.writableEnded).toBe(false);
  });

  it('over HTTP/2 is cut off when a response takes longer than the edge waits', async () => {
    const { next, handlers } = holding();
    const { edge, http2 } = await start({ tls: true, handlers });
    const begun = next();
    const session = http2();
    session.request({ ':path': '/api/' }).on('error', () => {});
    await begun;
    await Promise.all([once(session, 'close'), edge.close(20)]);
  });

  it('over HTTP/2 gets the responses to what it has asked when the edge closes, and no more', async () => {
    const { next, handlers } = holding();
    const { edge, http2 } = await start({ tls: true, handlers });
    const begun = next();
    const session = http2();
    const goaway = once(session, 'goaway');
    const stream = session.request({ ':path': '/api/' });
    const response = await begun;
    const closed = edge.close(60_000);
    await goaway;
    response.end('late');
    expect((await stream.setEncoding('latin1').toArray()).join('')).toBe('late');
    await Promise.all([closed, once(session, 'close')]);
  });

  it('over HTTP/2 is not raised by a request that is over', async () => {
    const requests: IncomingMessage[] = [];
    const { http2 } = await start({
      tls: true,
      handlers: {
        api: (request, response) => {
          requests.push(request);
          response.end();
        },
      },
    });
    const session = http2();
    await once(session.request({ ':path': '/api/' }).resume(), 'close');
    await turns(10);
    for (const request of requests) markAuthenticated(request);
    await once(session.request({ ':path': '/api/' }).resume(), 'close');
    expect([requests.length, session.remoteSettings.maxConcurrentStreams]).toEqual([2, 100]);
  });
});

it('logs when its listener fails', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  const error = vi.fn();
  const nothing = (): void => {};
  const edge = createEdge({
    tls: undefined,
    publicOrigin: 'https://localhost',
    limits: new Limits(defaultLimits),
    metrics,
    logger: { error } as unknown as Logger,
    handlers: {
      api: nothing,
      kube: { request: nothing, upgrade: nothing },
      tunnel: nothing,
      live: nothing,
      dashboard: nothing,
    },
  });
  closing.push(() => edge.close(0));
  await edge.listen(0, '127.0.0.1');
  const server = listen.mock.contexts.at(-1) as Server;
  listen.mockRestore();
  const failure = new Error('EMFILE');
  server.emit('error', failure);
  expect(error.mock.calls).toEqual([[{ error: failure }, 'the listener failed']]);
});

describe('the dashboard', () => {
  async function startDashboard(page: string): Promise<{ url: URL; seen: IncomingHttpHeaders[] }> {
    const seen: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers);
      if (request.url === '/asset.js') {
        response.writeHead(200, {
          'content-type': 'text/javascript',
          'cache-control': 'public, immutable',
          'set-cookie': 'a=b',
        });
        response.end('1');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': 'a=b', server: 'x' });
      response.end(page);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), seen };
  }

  it('never sees a cookie or a credential', async () => {
    const { url, seen } = await startDashboard('<p>hello</p>');
    const { port } = await startEdge({ tls: false, dashboardUrl: url });
    const headers = {
      cookie: '__Host-postern_access=canary',
      authorization: 'Bearer canary',
      'x-middleware-subrequest': 'middleware',
      'next-action': 'x',
      'x-forwarded-for': 'canary',
      accept: 'text/html',
      rsc: '1',
    };
    const answer = await get(port, '/acme', { headers });
    expect(answer).toMatchObject({ status: 200, body: '<p>hello</p>' });
    expect(JSON.stringify(seen)).not.toContain('canary');
    expect(Object.keys(seen[0] ?? {}).sort()).toEqual(['accept', 'connection', 'host', 'rsc']);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('may run only the scripts of its own page', async () => {
    const script = 'self.__next_f=self.__next_f||[];';
    const { url } = await startDashboard(`<script>${script}</script><script src="/a.js"></script>`);
    const { port } = await startEdge({ tls: false, dashboardUrl: url });
    const policy = String(
      (await get(port, '/', { headers: { accept: 'text/html' } })).headers['content-security-policy'],
    );
    expect(policy).toContain(inlineScriptHashes(`<script>${script}</script>`)[0]);
    expect(policy.match(/sha256-/g)).toHaveLength(1);
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('has cacheable assets and uncacheable pages', async () => {
    const { url } = await startDashboard('<p>hello</p>');
    const { port } = await startEdge({ tls: false, dashboardUrl: url });
    expect((await get(port, '/asset.js')).headers['cache-control']).toBe('public, immutable');
    expect((await get(port, '/')).headers['cache-control']).toBe('no-store');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const { url, seen } = await startDashboard('');
    const { port } = await startEdge({ tls: false, dashboardUrl: url });
    expect((await get(port, '/', { method })).status).toBe(405);
    expect(seen).toEqual([]);
  });

  /** A dashboard that sends raw bytes: `answers` are its responses to the successive requests of each connection. */
  async function startBytes(answers: (string | 'reset')[]): Promise<{ url: URL; connections: () => number }> {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections++;
      closing.push(() => void socket.destroy());
      let requests = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        const answer = answers[requests++] ?? 'reset';
        if (answer === 'reset') socket.resetAndDestroy();
        else socket.write(answer);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => void server.close());
    const { port } = server.address() as AddressInfo;
    return { url: new URL(`http://127.0.0.1:${port}`), connections: () => connections };
  }
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  it('that closes idle connections causes no error', async () => {
    // Each connection is reset by its second request.
    const { url, connections } = await startBytes([ok, 'reset']);
    const { port } = await startEdge({ tls: false, dashboardUrl: url });
    for (let round = 1; round <= 5; round++) {
      expect(await get(port, '/')).toMatchObject({ status: 200, body: 'ok' });
      expect(connections()).toBe(round);
    }
  });

  it.each([
    ['resets a new connection', ['reset'], [503]],
    ['responds with something other than HTTP', [ok, 'nonsense\r\n\r\n'], [200, 503]],
  ])('that %s gets no second attempt', async (_, answers, statuses) => {
    const { url, connections } = await startBytes(answers);
    const { port } = await startEdge({ tls: false, dashboardUrl: url });
    for (const status of statuses) expect((await get(port, '/')).status).toBe(status);
    expect(connections()).toBe(1);
  });

  it('that is down yields a 503 that says so', async () => {
    const { url } = await startDashboard('');
    await Promise.all(closing.splice(0).map((close) => close()));
    const { port } = await startEdge({ tls: false, dashboardUrl: url });
    expect(await get(port, '/')).toMatchObject({ status: 503, body: expect.stringContaining('not running') });
  });
});
