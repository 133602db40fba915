import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { closeCodes, type DialerOptions, type Tunnel, TunnelDialer, webSocketClientOptions } from './index.ts';
import { echoRequest } from './test/echo-request.ts';
import { FakeClock } from './test/fake-clock.ts';
import { listenForTunnels, type TestGateway, testCluster, testIdentity } from './test/tunnel-pair.ts';

useLeakCheck();

let clock: FakeClock;
let gateway: TestGateway;
let identity: ReturnType<typeof testIdentity>;
let dialer: TunnelDialer;
let events: Record<string, unknown>[];
/** The sockets that the dialer opened. */
let sockets: WebSocket[];

beforeEach(async () => {
  clock = new FakeClock();
  identity = testIdentity();
  gateway = await listenForTunnels(identity.accept);
  makeDialer([gateway.url]);
});

afterEach(async () => {
  await dialer.stop();
  await gateway.close();
  expect(clock.pending).toBe(0);
});

function makeDialer(urls: string[], options: Partial<DialerOptions> = {}): void {
  events = [];
  sockets = [];
  const createWebSocket = (url: string, protocols: string[]): WebSocket => {
    const ws = new WebSocket(url, protocols, webSocketClientOptions);
    sockets.push(ws);
    return ws;
  };
  dialer = new TunnelDialer({
    ...identity.agent,
    urls,
    clock,
    createWebSocket,
    backoff: { random: () => 1 },
    ...options,
  });
  dialer.on('connected', (tunnel) => events.push({ connected: tunnel.epoch }));
  dialer.on('disconnected', (event) => events.push(event));
  dialer.on('refused', (event) => events.push(event));
}

async function nextEvent(): Promise<Record<string, unknown>> {
  const count = events.length;
  await until(() => events.length > count);
  return events[count] ?? {};
}

async function connected(): Promise<{ near: Tunnel; far: Tunnel }> {
  const [far, near] = await Promise.all([
    gateway.nextTunnel(),
    once(dialer, 'connected').then(([tunnel]: Tunnel[]) => tunnel as Tunnel),
  ]);
  return { near, far };
}

/** A server that accepts connections and never answers. */
async function listenSilently(): Promise<{ url: string; connection: Promise<unknown>; close(): Promise<unknown> }> {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/tunnel`,
    connection: once(server, 'connection'),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('the dialer', () => {
  it('needs a URL', () => {
    expect(() => makeDialer([])).toThrow(RangeError);
  });

  it('connects, and closes with bye when stopped', async () => {
    dialer.start();
    dialer.start();
    const { near, far } = await connected();
    expect(dialer.tunnel).toBe(near);
    expect([near.sessionId, near.epoch]).toEqual([far.sessionId, far.epoch]);
    const closed = once(far, 'close');
    await dialer.stop();
    expect(await closed).toEqual([{ code: 1000, name: 'bye', reason: 'the agent stops', remote: true }]);
    expect(dialer.tunnel).toBeUndefined();
    expect(gateway.tunnels.length).toBe(1);
  });

  it('speaks the subprotocol, and has closed its socket properly when it has stopped', async () => {
    dialer.start();
    await connected();
    const [ws] = sockets;
    expect(ws?.protocol).toBe('postern.tunnel.v1');
    const closed = once(ws as WebSocket, 'close') as Promise<[number, Buffer]>;
    await dialer.stop();
    expect(ws?.readyState).toBe(WebSocket.CLOSED);
    expect((await closed)[0]).toBe(1000);
  });

  it('dials again after a loss, with growing delays that start over after a healthy minute', async () => {
    await clock.advance(100_000);
    dialer.start();
    await connected();
    for (const wait of [1000, 2000, 4000]) {
      const lost = nextEvent();
      gateway.tunnels.at(-1)?.close(1001, 'again');
      expect(await lost).toMatchObject({ code: 1001, reason: 'again', retryInMs: wait });
      expect(clock.nextInMs).toBe(wait);
      const again = connected();
      await clock.advance(wait);
      await again;
    }
    // A minute passes; keepalive PINGs are answered meanwhile.
    for (let i = 0; i < 12; i++) {
      await clock.advance(5000);
      await until(() => dialer.tunnel?.session.closed === false);
    }
    const lost = nextEvent();
    gateway.tunnels.at(-1)?.close(1001, 'again');
    expect(await lost).toMatchObject({ retryInMs: 1000 });
  });

  it('tries the gateways in turn', async () => {
    const dead = createServer();
    dead.listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const { port } = dead.address() as AddressInfo;
    await new Promise((resolve) => dead.close(resolve));
    makeDialer([`ws://127.0.0.1:${port}/tunnel`, gateway.url]);
    const failed = nextEvent();
    dialer.start();
    expect(await failed).toMatchObject({ code: 1006, reason: expect.stringContaining('ECONNREFUSED') });
    const second = connected();
    await clock.advance(1000);
    await second;
  });

  it('reports an attempt that fails at once, and tries again', async () => {
    makeDialer(['nonsense', gateway.url]);
    const failed = nextEvent();
    dialer.start();
    expect(await failed).toEqual({ code: 1006, reason: 'Invalid URL: nonsense', retryInMs: 1000 });
    const second = connected();
    await clock.advance(1000);
    await second;
  });

  it('reports an attempt that fails with something other than an error', async () => {
    const createWebSocket = (): never => {
      throw 'no network';
    };
    makeDialer([gateway.url], { createWebSocket });
    const failed = nextEvent();
    dialer.start();
    expect(await failed).toEqual({ code: 1006, reason: 'the connection failed', retryInMs: 1000 });
  });

  it('reports the HTTP status of a failed upgrade', async () => {
    const http = createServer((_request, response) => response.writeHead(503).end());
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    makeDialer([`ws://127.0.0.1:${(http.address() as AddressInfo).port}/tunnel`]);
    const failed = nextEvent();
    dialer.start();
    expect(await failed).toMatchObject({ code: 1006, reason: expect.stringContaining('503') });
    await dialer.stop();
    await new Promise((resolve) => http.close(resolve));
  });

  it.each([
    ['proof', 4401],
    ['revoked', 4403],
    ['version', 4426],
  ] as const)('waits minutes after %s', async (refuse, code) => {
    gateway.accept = { ...identity.accept, verifyAgent: async () => ({ refuse, reason: 'because' }) };
    const refused = nextEvent();
    dialer.start();
    expect(await refused).toEqual({ code, name: refuse, reason: 'because', retryInMs: 300_000 });
  });

  it('waits minutes when it is revoked while connected', async () => {
    dialer.start();
    await connected();
    const refused = nextEvent();
    gateway.tunnels[0]?.close(closeCodes.revoked, 'the cluster was deleted');
    expect(await refused).toMatchObject({ code: 4403, name: 'revoked', retryInMs: 300_000 });
  });

  it('backs off when another connection took its slot', async () => {
    dialer.start();
    await connected();
    const replaced = nextEvent();
    gateway.tunnels[0]?.close(closeCodes.replaced, 'a newer connection');
    expect(await replaced).toMatchObject({ code: 4409, retryInMs: 60_000 });
  });

  it('reconnects after the delay of a GOAWAY, and leaves the old tunnel its streams', async () => {
    dialer.start();
    const first = await connected();
    first.near.on('request', echoRequest);
    const { stream, response } = first.far.request({
      kind: 'tcp',
      cluster: testCluster,
      host: 'web',
      port: 80,
      identity: { user: 'ada', groups: [] },
    });
    await response;
    const draining = once(first.near, 'drain');
    const drained = first.far.drain({ timeoutMs: 10_000, retryAfterMs: 7000 });
    expect(await draining).toEqual([{ retryAfterMs: 7000 }]);
    await clock.advance(6999);
    expect(gateway.tunnels.length).toBe(1);
    const second = connected();
    await clock.advance(1);
    const { near } = await second;
    expect(dialer.tunnel).toBe(near);
    expect(first.near.closed).toBe(false);
    stream.end('still here');
    expect(String(await buffer(stream))).toBe('still here');
    await drained;
    await until(() => first.near.closed);
    expect(events.map((event) => 'connected' in event)).toEqual([true, true]);
  });

  it('goes to the next gateway after a GOAWAY', async () => {
    const other = await listenForTunnels(identity.accept);
    makeDialer([gateway.url, other.url]);
    dialer.start();
    const { near, far } = await connected();
    const draining = once(near, 'drain');
    const lost = nextEvent();
    await far.drain({ timeoutMs: 10_000, retryAfterMs: 0 });
    await Promise.all([draining, lost]);
    const accepted = other.nextTunnel();
    const again = once(dialer, 'connected');
    await clock.advance(1000);
    await Promise.all([accepted, again]);
    expect(gateway.tunnels.length).toBe(1);
    await dialer.stop();
    await other.close();
  });

  it('dials once if a drained tunnel ends while its successor is connecting', async () => {
    const silent = await listenSilently();
    makeDialer([gateway.url, silent.url]);
    dialer.start();
    const { near, far } = await connected();
    const draining = once(near, 'drain');
    far.session.goAway({ code: closeCodes.drain, retryAfterMs: 7000 });
    await draining;
    await clock.advance(7000);
    await silent.connection;
    const lost = nextEvent();
    far.close(closeCodes.drain, 'drained');
    expect(await lost).toEqual({ code: 1001, reason: 'drained', retryInMs: 0 });
    // Only the deadline of the connection.
    expect(clock.pending).toBe(1);
    expect(sockets.length).toBe(2);
    await dialer.stop();
    await silent.close();
  });

  it('reports a drained tunnel that ends before its successor connects', async () => {
    await clock.advance(500);
    dialer.start();
    const { near, far } = await connected();
    const draining = once(near, 'drain');
    const lost = nextEvent();
    await far.drain({ timeoutMs: 10_000, retryAfterMs: 7000 });
    await draining;
    expect(await lost).toMatchObject({ code: 1001, retryInMs: 7000 });
    const again = connected();
    await clock.advance(7000);
    await again;
  });

  it('stops while it waits, and while it connects', async () => {
    await gateway.close();
    const failed = nextEvent();
    dialer.start();
    await failed;
    await dialer.stop();
    expect(clock.pending).toBe(0);
    dialer.start();
    await dialer.stop();
    await turns();
    expect(events.length).toBe(1);
    gateway = await listenForTunnels(identity.accept);
  });

  it('stops while a gateway does not answer', async () => {
    const silent = await listenSilently();
    makeDialer([silent.url]);
    dialer.start();
    await silent.connection;
    await dialer.stop();
    expect(sockets.map((ws) => ws.readyState)).toEqual([WebSocket.CLOSED]);
    expect(events).toEqual([]);
    await silent.close();
  });

  it('uses no tunnel that is ready when it has just been stopped', async () => {
    let stopped: Promise<void> | undefined;
    const createWebSocket = (url: string, protocols: string[]): WebSocket => {
      const ws = new WebSocket(url, protocols, webSocketClientOptions);
      let messages = 0;
      ws.on('message', () => {
        messages++;
        // Once WELCOME was read, just before the dialer has its tunnel.
        if (messages === 2) queueMicrotask(() => (stopped = dialer.stop()));
      });
      return ws;
    };
    makeDialer([gateway.url], { createWebSocket });
    const accepted = gateway.nextTunnel();
    dialer.start();
    const closed = once(await accepted, 'close');
    expect(await closed).toMatchObject([{ code: 1000, remote: true }]);
    await stopped;
    expect(events).toEqual([]);
    expect(dialer.tunnel).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('leaves nothing behind after a hundred connections', async () => {
    for (let i = 0; i < 100; i++) {
      dialer.start();
      const { near, far } = await connected();
      near.on('request', (request) => request.respond({ status: 200, headers: [] }));
      const { stream, response } = far.request({
        kind: 'http',
        cluster: testCluster,
        method: 'GET',
        path: '/',
        headers: [],
        identity: { user: 'ada', groups: [] },
      });
      await response;
      const closed = Promise.all([once(far, 'close'), once(stream, 'error')]);
      await dialer.stop();
      await closed;
      expect([near.session.streamCount, far.session.streamCount]).toEqual([0, 0]);
    }
    expect(gateway.tunnels.length).toBe(100);
  });
});
