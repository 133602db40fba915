import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type AgentReport, type IncomingRequest, type RequestHead, Tunnel } from './index.ts';
import { echoRequest } from './test/echo-request.ts';
import { FakeClock } from './test/fake-clock.ts';
import {
  memoryTunnelPair,
  type TunnelPair,
  type TunnelPairOptions,
  testCluster,
  webSocketTunnelPair,
} from './test/tunnel-pair.ts';
import { webSocketSessionPair } from './test/web-socket-pair.ts';

let pair: TunnelPair | undefined;

useLeakCheck(() => ({ streams: (pair?.gateway.session.streamCount ?? 0) + (pair?.agent.session.streamCount ?? 0) }));

afterEach(async () => {
  await pair?.close();
  pair = undefined;
});

const identity = { user: 'ada', groups: ['postern:admin'] };
const get: RequestHead = { kind: 'http', cluster: testCluster, method: 'GET', path: '/', headers: [], identity };
const report: AgentReport = { agentVersion: '1.0.0', instance: 'pod-1', location: 'in-cluster' };

describe.each([
  ['memory', memoryTunnelPair],
  ['WebSocket', webSocketTunnelPair],
])('a tunnel over %s', (_name, makePair) => {
  async function start(options?: TunnelPairOptions): Promise<TunnelPair> {
    pair = await makePair(options);
    return pair;
  }

  it('carries head and body of an http request both ways', async () => {
    const { gateway, agent } = await start();
    const heads: RequestHead[] = [];
    agent.on('request', (request) => {
      heads.push(request.head);
      echoRequest(request);
    });
    const head: RequestHead = { ...get, method: 'POST', path: '/api?x=1', headers: [['accept', '*/*']] };
    const { stream, response } = gateway.request(head);
    stream.end('hello');
    expect(await response).toEqual({ status: 200, headers: [] });
    expect(String(await buffer(stream))).toBe('hello');
    expect(heads).toEqual([head]);
  });

  it('upgrades: bytes both ways after 101, half-close included', async () => {
    const { gateway, agent } = await start();
    agent.on('request', echoRequest);
    const { stream, response } = gateway.request({ ...get, kind: 'upgrade', method: 'POST' }, { interactive: true });
    stream.write('before 101;');
    expect((await response).status).toBe(101);
    stream.end('after');
    expect(String(await buffer(stream))).toBe('before 101;after');
  });

  it('carries a report from the agent', async () => {
    const { gateway, agent } = await start();
    gateway.on('close', () => {});
    const sent = agent.request({ kind: 'report', cluster: testCluster, report }, { end: true });
    // It arrives before the gateway has a listener for requests, so it is queued.
    await until(() => gateway.session.streamCount === 1);
    const [request] = (await once(gateway, 'request')) as [IncomingRequest];
    expect(request.head).toEqual({ kind: 'report', cluster: testCluster, report });
    request.respond({ status: 204, headers: [] }, { end: true });
    expect((await sent.response).status).toBe(204);
    sent.stream.resume();
    request.stream.resume();
  });

  it('passes a request to each listener once', async () => {
    const { gateway, agent } = await start();
    const paths: string[] = [];
    agent.on('request', ({ head }) => paths.push(`first ${head.kind}`));
    agent.on('request', (request) => {
      paths.push(`second ${request.head.kind}`);
      echoRequest(request);
    });
    const { stream, response } = gateway.request(get, { end: true });
    await response;
    stream.resume();
    await once(stream, 'end');
    expect(paths).toEqual(['first http', 'second http']);
  });

  it('accepts at most 16 open reports of an agent, and 32 unread ones', async () => {
    if (makePair === memoryTunnelPair) return;
    const { gateway, agent } = await start();
    let reports = 0;
    gateway.on('request', (request) => {
      reports++;
      // A handler that responds, and ignores the bytes that should not be there.
      request.respond({ status: 204, headers: [] }, { end: true });
    });
    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < 40; i++) {
      const { stream, response } = agent.request({ kind: 'report', cluster: testCluster, report });
      stream.end('more than a report');
      stream.resume();
      answers.push(response.catch((error: { code: string }) => error.code));
      await response.catch(() => {});
    }
    const codes = await Promise.all(answers);
    expect(reports).toBe(32);
    expect(codes.filter((code) => code === 'limit')).toHaveLength(8);
  });

  it('passes on the reason of a rejection', async () => {
    const { gateway, agent } = await start();
    agent.on('request', (request) => request.reject('dial-failed', 'ECONNREFUSED'));
    await expect(gateway.request(get).response).rejects.toMatchObject({ code: 'dial-failed', reason: 'ECONNREFUSED' });
  });

  it('sends no request for another cluster, and closes when it receives one', async () => {
    const { gateway, agent } = await start();
    const other: RequestHead = { ...get, cluster: 'cluster-2' };
    expect(() => gateway.request(other)).toThrow('cluster');
    let requests = 0;
    agent.on('request', () => requests++);
    const closed = once(agent, 'close');
    gateway.session.open(Buffer.from(JSON.stringify(other)));
    expect(await closed).toEqual([
      { code: 4400, name: 'protocol', reason: 'a request for another cluster', remote: false },
    ]);
    expect(requests).toBe(0);
  });

  const tcp = { kind: 'tcp', cluster: testCluster, host: 'h', port: 1, identity };

  it.each<[string, 'gateway' | 'agent', unknown, string]>([
    ['an http request by an agent', 'agent', get, 'gateway takes no http requests'],
    ['a tcp request by an agent', 'agent', tcp, 'gateway takes no tcp requests'],
    [
      'a report by the gateway',
      'gateway',
      { kind: 'report', cluster: testCluster, report },
      'agent takes no report requests',
    ],
    ['a malformed head', 'gateway', { ...get, path: 'x' }, "the head's path is not valid: not a path"],
    ['a kind of a later version', 'gateway', { ...get, kind: 'udp' }, "the head's kind is not valid"],
  ])('refuses %s, and continues', async (_case, from, head, reason) => {
    const { gateway, agent } = await start();
    gateway.on('request', (request) => request.respond({ status: 500, headers: [] }));
    agent.on('request', echoRequest);
    const sender = from === 'agent' ? agent : gateway;
    const stream = sender.session.open(Buffer.from(JSON.stringify(head)));
    await expect(stream.accepted).rejects.toMatchObject({
      code: 'refused',
      reason: expect.stringContaining(reason),
      remote: true,
    });
    const { stream: next, response } = gateway.request(get, { end: true });
    expect((await response).status).toBe(200);
    next.resume();
    await once(next, 'end');
  });

  it('resets a stream whose response head is malformed', async () => {
    const { gateway, agent } = await start();
    agent.session.on('stream', (stream) => stream.accept(Buffer.from('{"status":9}')));
    const { stream, response } = gateway.request(get);
    await expect(response).rejects.toThrow('status');
    expect(stream.destroyed).toBe(true);
  });

  it.each(['gateway', 'agent'] as const)('drains when the stream ids of the %s are used up', async (side) => {
    const { gateway, agent } = await start({ [side]: { lastStreamId: 2 } });
    const asking = side === 'gateway' ? gateway : agent;
    const draining = Promise.all([once(agent, 'drain'), once(gateway, 'drain')]);
    const head: RequestHead = side === 'gateway' ? get : { kind: 'report', cluster: testCluster, report };
    const closed = Promise.all([once(agent, 'close'), once(gateway, 'close')]);
    const { stream } = asking.request(head, { end: true });
    expect(() => asking.request(head)).toThrow('used up');
    expect(await draining).toEqual([[{ retryAfterMs: 0 }], [{ retryAfterMs: 0 }]]);
    stream.destroy();
    expect(await closed).toMatchObject([[{ code: 1001, name: 'drain' }], [{ code: 1001, name: 'drain' }]]);
  });

  it('drains, then closes with 1001', async () => {
    const { gateway, agent } = await start();
    agent.on('request', echoRequest);
    const { stream, response } = gateway.request(get);
    await response;
    const draining = once(agent, 'drain');
    const goAway = once(agent.session, 'goaway');
    const closed = once(agent, 'close');
    const drained = gateway.drain({ timeoutMs: 5000, retryAfterMs: 1234 });
    expect(await draining).toEqual([{ retryAfterMs: 1234 }]);
    expect(await goAway).toEqual([{ code: 1001, lastStream: 0, retryAfterMs: 1234, prefer: [] }]);
    stream.end('last');
    expect(String(await buffer(stream))).toBe('last');
    await drained;
    expect(await closed).toEqual([{ code: 1001, name: 'drain', reason: 'drained', remote: true }]);
  });
});

describe('keepalive', () => {
  async function start(): Promise<{ clock: FakeClock; gateway: TunnelPair['gateway']; agent: TunnelPair['agent'] }> {
    const clock = new FakeClock();
    pair = await memoryTunnelPair({ clock });
    await turns();
    return { clock, gateway: pair.gateway, agent: pair.agent };
  }

  it('sends a PING after 30 s of silence without streams', async () => {
    const { clock, gateway } = await start();
    const before = gateway.session.bytesIn;
    await clock.advance(29_999);
    expect(gateway.session.bytesIn).toBe(before);
    await clock.advance(1);
    expect(gateway.session.bytesIn).toBe(before + 16);
    expect(gateway.closed).toBe(false);
  });

  it('sends a PING after 10 s of silence while a stream is open', async () => {
    const { clock, gateway, agent } = await start();
    agent.on('request', (request) => request.respond({ status: 200, headers: [] }));
    await clock.advance(5000);
    const { response } = gateway.request(get);
    await response;
    // Waits for the delayed ACKs.
    const sessions = [gateway.session, agent.session];
    await until(() => sessions.every((session) => session.unacknowledgedFrames === 0));
    await turns();
    const before = gateway.session.bytesIn;
    await clock.advance(9999);
    expect(gateway.session.bytesIn).toBe(before);
    await clock.advance(1);
    expect(gateway.session.bytesIn).toBe(before + 16);
  });

  it('stays open for hours while PINGs are answered', async () => {
    const { clock, gateway, agent } = await start();
    for (let hour = 0; hour < 3; hour++) {
      for (let i = 0; i < 360; i++) await clock.advance(10_000);
      expect([gateway.closed, agent.closed]).toEqual([false, false]);
    }
  });

  it.each(['gateway', 'agent'] as const)('closes on the %s 5 s after an unanswered PING', async (side) => {
    const { clock, gateway, agent } = await start();
    const asking = side === 'gateway' ? gateway : agent;
    const silenceMs = side === 'gateway' ? 45_000 : 30_000;
    cut();
    const closed = once(asking, 'close');
    await clock.advance(silenceMs);
    expect(asking.closed).toBe(false);
    await clock.advance(4999);
    expect(asking.closed).toBe(false);
    await clock.advance(1);
    expect(await closed).toEqual([{ code: 4408, name: 'slow', reason: 'no answer to PING', remote: false }]);
  });

  it.each(['gateway', 'agent'] as const)(
    'gives the peer another 5 s whenever the %s itself was stalled',
    async (side) => {
      const { clock, gateway, agent } = await start();
      const asking = side === 'gateway' ? gateway : agent;
      cut();
      await clock.advance(side === 'gateway' ? 45_000 : 30_000);
      for (let i = 0; i < 3; i++) {
        clock.stall(20_000);
        await clock.advance(0);
        expect(asking.closed).toBe(false);
      }
      await clock.advance(4999);
      expect(asking.closed).toBe(false);
      await clock.advance(1);
      expect(asking.closed).toBe(true);
    },
  );

  it('stays open if any frame arrives after a PING, even without a PONG', async () => {
    const { clock, gateway, agent } = await start();
    const wire = pair?.transports?.agent;
    if (wire === undefined) throw new Error('not in memory');
    const send = wire.send.bind(wire);
    // A connection that loses only PONG frames.
    wire.send = (parts) => {
      if (parts[0]?.[0] !== 10) send(parts);
    };
    await clock.advance(10_000);
    const probe = gateway.probe();
    await clock.advance(2_000);
    agent.session.goAway({ code: 1001, retryAfterMs: 0 });
    await turns();
    await clock.advance(3_000);
    await probe;
    expect(gateway.closed).toBe(false);
    await clock.advance(10_000);
    const failing = expect(gateway.probe()).rejects.toThrow('did not answer within 5000 ms');
    await clock.advance(5_000);
    await failing;
    expect(gateway.closed).toBe(true);
  });

  it('stays open through stalls of the process, over real sockets', async () => {
    const intervals = { busyMs: 20, idleMs: 20, timeoutMs: 100 };
    const sessions = await webSocketSessionPair();
    const shared = { sessionId: 'AAAAAAAAAAAAAAAAAAAAAA', epoch: 1n, clusterId: testCluster };
    const gateway = new Tunnel(sessions.gateway, { ...shared, intervals, role: 'gateway' });
    const agent = new Tunnel(sessions.agent, { ...shared, role: 'agent' });
    for (let i = 0; i < 5; i++) {
      const before = sessions.gateway.bytesOut;
      await until(() => sessions.gateway.bytesOut > before);
      for (const since = performance.now(); performance.now() - since < 300; );
      await turns(20);
      expect([gateway.closed, agent.closed]).toEqual([false, false]);
    }
    await sessions.close();
  });

  it('answers a probe at once, after 10 s of silence by a PING, and fails 5 s later', async () => {
    const { clock, gateway } = await start();
    const before = gateway.session.bytesOut;
    await gateway.probe();
    expect(gateway.session.bytesOut).toBe(before);
    await clock.advance(10_000);
    await gateway.probe();
    expect(gateway.session.bytesOut).toBe(before + 16);
    cut();
    await clock.advance(10_000);
    const probes = Promise.allSettled([gateway.probe(), gateway.probe()]);
    await clock.advance(5000);
    expect((await probes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    // Concurrent probes share one PING.
    expect(gateway.session.bytesOut).toBe(before + 32);
    expect(gateway.closed).toBe(true);
    await expect(gateway.probe()).rejects.toThrow('closed');
  });
});

/** Breaks the connection silently. */
function cut(): void {
  pair?.transports?.gateway.mute();
  pair?.transports?.agent.mute();
}
