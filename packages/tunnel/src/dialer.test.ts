import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeCodes, type Tunnel, TunnelDialer } from './index.ts';
import { echoRequest } from './test/echo-request.ts';
import { FakeClock } from './test/fake-clock.ts';
import { listenForTunnels, type TestGateway, testCluster, testIdentity } from './test/tunnel-pair.ts';

useLeakCheck();

let clock: FakeClock;
let gateway: TestGateway;
let identity: ReturnType<typeof testIdentity>;
let dialer: TunnelDialer;
let events: Record<string, unknown>[];

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

function makeDialer(urls: string[]): void {
  events = [];
  dialer = new TunnelDialer({ ...identity.agent, urls, clock, backoff: { random: () => 1 } });
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

describe('the dialer', () => {
  it('connects, and closes with bye when stopped', async () => {
    dialer.start();
    dialer.start();
    const { near, far } = await connected();
    expect(dialer.tunnel).toBe(near);
    expect([near.sessionId, near.epoch]).toEqual([far.sessionId, far.epoch]);
    const closed = once(far, 'close');
    await dialer.stop();
    expect(await closed).toMatchObject([{ code: 1000, name: 'bye', remote: true }]);
    expect(dialer.tunnel).toBeUndefined();
    expect(gateway.tunnels.length).toBe(1);
  });

  it('dials again after a loss, with growing delays that start over after a healthy minute', async () => {
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

  it('reports a drained tunnel that ends before its successor connects', async () => {
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
