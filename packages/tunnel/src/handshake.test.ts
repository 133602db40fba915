import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { generateAgentKey, TunnelDialer, webSocketClientOptions } from './index.ts';
import { FakeClock } from './test/fake-clock.ts';
import { listenForTunnels, type TestGateway, testIdentity, webSocketTunnelPair } from './test/tunnel-pair.ts';

useLeakCheck();

let gateway: TestGateway;
let identity: ReturnType<typeof testIdentity>;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  identity = testIdentity();
  gateway = await listenForTunnels({ ...identity.accept, clock });
});

afterEach(() => gateway.close());

/** Connects as a peer that the test controls. */
async function dial(): Promise<{
  ws: WebSocket;
  challenge: Record<string, unknown>;
  closed: Promise<[number, Buffer]>;
}> {
  const ws = new WebSocket(gateway.url, ['postern.tunnel.v1'], webSocketClientOptions);
  ws.on('error', () => {});
  const closed = once(ws, 'close') as Promise<[number, Buffer]>;
  const [data] = (await once(ws, 'message')) as [Buffer];
  return { ws, challenge: JSON.parse(data.toString()), closed };
}

/** The genuine agent's HELLO for a CHALLENGE, from a real dialer. */
async function helloFor(challenge: object, changes: Partial<ConstructorParameters<typeof TunnelDialer>[0]> = {}) {
  const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
  const fake = await listenRaw((ws) => {
    ws.send(JSON.stringify(challenge));
    ws.once('message', (data) => resolve(JSON.parse(String(data))));
  });
  const dialer = new TunnelDialer({ ...identity.agent, ...changes, urls: [fake.url] });
  dialer.start();
  const hello = await promise;
  await dialer.stop();
  await fake.close();
  return hello;
}

/** A plain WebSocket server in place of a gateway. */
async function listenRaw(onConnection: (ws: WebSocket) => void): Promise<{ url: string; close(): Promise<void> }> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (ws) => {
    ws.on('error', () => {});
    onConnection(ws);
  });
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/tunnel`,
    close: async () => {
      for (const ws of server.clients) ws.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function refusal(closed: Promise<[number, Buffer]>): Promise<{ code: number; reason: string }> {
  const [code, reason] = await closed;
  return { code, reason: reason.toString() };
}

/** Sends a genuine HELLO, and breaks off the connection when `asked` resolves. @returns once the gateway has noticed. */
async function loseConnection(asked: Promise<void>): Promise<void> {
  const { ws, challenge, closed } = await dial();
  ws.send(JSON.stringify(await helloFor(challenge)));
  await asked;
  ws.terminate();
  await closed;
  await until(() => gateway.failures.length === 1);
}

describe('the gateway', () => {
  it('cuts off a peer that floods it with pings before HELLO', async () => {
    const { ws, closed } = await dial();
    const socket = (ws as unknown as { _socket: Socket })._socket;
    socket.pause();
    const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);
    socket.write(Buffer.concat(Array.from({ length: 1000 }, () => ping)));
    await until(() => gateway.failures.length === 1);
    expect(gateway.failures[0]).toMatchObject({ closeName: 'lost' });
    socket.resume();
    await closed;
  });

  it('accepts an agent that proves its key', async () => {
    const { ws, challenge } = await dial();
    expect(challenge).toMatchObject({ type: 'challenge', gateway: 'gateway.test', versions: [1] });
    expect(Buffer.from(String(challenge['nonce']), 'base64').length).toBe(32);
    const accepted = gateway.nextTunnel();
    ws.send(JSON.stringify(await helloFor(challenge)));
    const [welcome] = (await once(ws, 'message')) as [Buffer];
    const tunnel = await accepted;
    expect(JSON.parse(welcome.toString())).toEqual({
      type: 'welcome',
      session: tunnel.sessionId,
      epoch: '1',
      limits: { streams: 1024 },
      intervals: { busyMs: 10_000, idleMs: 30_000, timeoutMs: 5000 },
      resume: null,
    });
    expect(tunnel.epoch).toBe(1n);
    // The 5 s of the handshake no longer count.
    await clock.advance(5000);
    ws.ping();
    await once(ws, 'pong');
    expect(ws.readyState).toBe(ws.OPEN);
    ws.terminate();
    await once(tunnel, 'close');
  });

  it('never sends the same nonce twice', async () => {
    const dialled = await Promise.all([dial(), dial(), dial()]);
    expect(new Set(dialled.map(({ challenge }) => challenge['nonce'])).size).toBe(3);
    for (const { ws, closed } of dialled) {
      ws.close();
      await closed;
    }
  });

  it('refuses a signature by another key', async () => {
    const { ws, challenge, closed } = await dial();
    const privateKey = createPrivateKey(generateAgentKey().privateKeyPem);
    ws.send(JSON.stringify(await helloFor(challenge, { privateKey })));
    expect(await refusal(closed)).toEqual({ code: 4401, reason: 'the signature does not match the key of this agent' });
    expect(gateway.failures).toMatchObject([{ closeName: 'proof', remote: false }]);
  });

  it('refuses a HELLO replayed from another connection', async () => {
    const first = await dial();
    const hello = await helloFor(first.challenge);
    const accepted = gateway.nextTunnel();
    first.ws.send(JSON.stringify(hello));
    const tunnel = await accepted;
    const second = await dial();
    second.ws.send(JSON.stringify(hello));
    expect(await refusal(second.closed)).toMatchObject({ code: 4401 });
    expect(gateway.tunnels.length).toBe(1);
    first.ws.terminate();
    await once(tunnel, 'close');
  });

  it('refuses a proof made for another gateway', async () => {
    const { ws, challenge, closed } = await dial();
    ws.send(JSON.stringify(await helloFor({ ...challenge, gateway: 'evil.test' })));
    expect(await refusal(closed)).toMatchObject({ code: 4401 });
  });

  it.each([
    ['cluster', { clusterId: 'cluster-2' }],
    ['agent', { agentId: 'agent-2' }],
  ])('refuses another %s', async (_name, changes) => {
    const { ws, challenge, closed } = await dial();
    ws.send(JSON.stringify(await helloFor(challenge, changes)));
    expect(await refusal(closed)).toEqual({ code: 4401, reason: 'unknown agent' });
  });

  it.each([{ clusterId: 'cluster-2' }, { agentId: 'agent-2' }, { instance: 'pod-2' }, { slot: 3 }])(
    'refuses a valid HELLO with %j changed',
    async (changes) => {
      // Even if the look-up finds the key for any name.
      const { verifyAgent } = identity.accept;
      gateway.accept.verifyAgent = (hello) => verifyAgent({ ...hello, agentId: 'agent-1', clusterId: 'cluster-1' });
      const { ws, challenge, closed } = await dial();
      ws.send(JSON.stringify({ ...(await helloFor(challenge)), ...changes }));
      expect(await refusal(closed)).toMatchObject({ code: 4401 });
    },
  );

  it('does not ask to admit an agent whose proof is wrong', async () => {
    let admitted = 0;
    gateway.accept.admit = async () => {
      admitted++;
      return { epoch: 1n };
    };
    const { ws, challenge, closed } = await dial();
    ws.send(JSON.stringify({ ...(await helloFor(challenge)), signature: Buffer.alloc(64).toString('base64') }));
    await closed;
    expect(admitted).toBe(0);
  });

  it('refuses another protocol with 4426', async () => {
    const { ws, challenge, closed } = await dial();
    ws.send(JSON.stringify({ ...(await helloFor(challenge)), protocol: 2 }));
    expect(await refusal(closed)).toEqual({ code: 4426, reason: 'protocol 2 is not spoken here' });
  });

  it('passes on a refusal to admit', async () => {
    gateway.accept.admit = async () => ({ refuse: 'limit', reason: 'too many agents' });
    const { ws, challenge, closed } = await dial();
    ws.send(JSON.stringify(await helloFor(challenge)));
    expect(await refusal(closed)).toEqual({ code: 4429, reason: 'too many agents' });
  });

  it.each(['verifyAgent', 'admit'] as const)('closes with 1011, without the cause, when %s fails', async (name) => {
    gateway.accept[name] = async () => {
      throw new Error('password of the database');
    };
    const { ws, challenge, closed } = await dial();
    ws.send(JSON.stringify(await helloFor(challenge)));
    expect(await refusal(closed)).toEqual({ code: 1011, reason: 'the gateway could not check the agent' });
    // The gateway’s log has it.
    await until(() => gateway.failures.length > 0);
    expect(gateway.failures[0]?.cause).toEqual(new Error('password of the database'));
  });

  it.each<[string, string | Buffer, string]>([
    ['garbage', 'garbage', 'HELLO is malformed'],
    ['an empty message', '', 'HELLO is malformed'],
    ['JSON that is not a HELLO', '{"type":"hello"}', 'HELLO is malformed'],
    ['a frame', Buffer.from([1, 0, 0, 0, 0, 0, 0, 2]), 'a frame before the handshake was over'],
    ['5 KiB', JSON.stringify({ type: 'hello', agentId: 'x'.repeat(5000) }), 'a handshake message too large'],
  ])('answers %s with 4400', async (_name, message, reason) => {
    const { ws, closed } = await dial();
    ws.send(message);
    expect(await refusal(closed)).toEqual({ code: 4400, reason });
    expect(gateway.failures).toMatchObject([{ closeName: 'protocol' }]);
  });

  it('answers a second message before WELCOME with 4400', async () => {
    const checking = Promise.withResolvers<never>();
    gateway.accept.verifyAgent = () => checking.promise;
    const { ws, challenge, closed } = await dial();
    const hello = JSON.stringify(await helloFor(challenge));
    ws.send(hello);
    ws.send(hello);
    expect(await refusal(closed)).toEqual({ code: 4400, reason: 'a message before WELCOME' });
  });

  it('closes on a message above 128 KiB and a flood of fragments, without buffering them', async () => {
    const large = await dial();
    large.ws.send(Buffer.alloc(200_000));
    expect(await refusal(large.closed)).toMatchObject({ code: 1009 });
    const flood = await dial();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200_000 && flood.ws.readyState === flood.ws.OPEN; i++) {
      flood.ws.send('x', { fin: false });
      if (i % 1000 === 0) await turns(1);
    }
    expect(await refusal(flood.closed)).toMatchObject({ code: 1008 });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('does not negotiate compression', async () => {
    const ws = new WebSocket(gateway.url, ['postern.tunnel.v1'], { perMessageDeflate: true });
    await once(ws, 'open');
    expect(ws.extensions).toBe('');
    ws.terminate();
    await once(ws, 'close');
    await until(() => gateway.failures.length === 1);
  });

  it('closes a peer that is silent for 5 s with 4408, and no other', async () => {
    const silent = await dial();
    await clock.advance(4999);
    expect(silent.ws.readyState).toBe(silent.ws.OPEN);
    const late = await dial();
    await clock.advance(1);
    expect(await refusal(silent.closed)).toMatchObject({ code: 4408 });
    expect(late.ws.readyState).toBe(late.ws.OPEN);
    late.ws.close();
    await late.closed;
  });

  it('counts its own checks towards the 5 s', async () => {
    gateway.accept.verifyAgent = () => new Promise(() => {});
    const { ws, challenge, closed } = await dial();
    ws.send(JSON.stringify(await helloFor(challenge)));
    await turns();
    await clock.advance(5000);
    expect(await refusal(closed)).toMatchObject({ code: 4408 });
  });

  it('does not ask to admit an agent that was lost while its key was looked up', async () => {
    const { verifyAgent, admit } = identity.accept;
    const looking = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    let admitted = 0;
    gateway.accept.verifyAgent = async (hello) => {
      asked.resolve();
      await looking.promise;
      return verifyAgent(hello);
    };
    gateway.accept.admit = async (hello) => {
      admitted++;
      return admit(hello);
    };
    await loseConnection(asked.promise);
    looking.resolve();
    await turns();
    expect(admitted).toBe(0);
  });

  it('creates no tunnel for a connection that was lost during the checks', async () => {
    const checking = Promise.withResolvers<{ epoch: bigint }>();
    const asked = Promise.withResolvers<void>();
    gateway.accept.admit = () => {
      asked.resolve();
      return checking.promise;
    };
    await loseConnection(asked.promise);
    checking.resolve({ epoch: 1n });
    await turns();
    expect(gateway.tunnels.length).toBe(0);
    expect(gateway.failures).toMatchObject([{ closeName: 'lost', remote: true }]);
    // No keepalive either.
    expect(clock.pending).toBe(0);
  });

  it('closes on text after the handshake with 4400', async () => {
    const { ws, challenge, closed } = await dial();
    const accepted = gateway.nextTunnel();
    ws.send(JSON.stringify(await helloFor(challenge)));
    await accepted;
    ws.send('text');
    expect(await refusal(closed)).toMatchObject({ code: 4400 });
  });

  it('survives bytes that are not a WebSocket', async () => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.on('error', () => {});
    const { ws } = await dial();
    socket.end('\x16\x03\x01garbage\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(ws.readyState).toBe(ws.OPEN);
    ws.terminate();
    await once(ws, 'close');
    await until(() => gateway.failures.length === 1);
  });
});

describe('the agent', () => {
  const challenge = {
    type: 'challenge',
    gateway: 'g',
    nonce: Buffer.alloc(32).toString('base64'),
    time: 0,
    versions: [1],
  };

  const welcome = {
    type: 'welcome',
    session: 'A'.repeat(22),
    epoch: '1',
    limits: { streams: 16 },
    intervals: { busyMs: 10_000, idleMs: 30_000, timeoutMs: 5000 },
    resume: null,
  };

  it.each<[string, (ws: WebSocket) => void, number, string]>([
    ['garbage', (ws) => ws.send('garbage'), 4400, 'CHALLENGE is malformed'],
    ['a short nonce', (ws) => ws.send(JSON.stringify({ ...challenge, nonce: 'AAAA' })), 4400, 'CHALLENGE is malformed'],
    ['a frame instead of CHALLENGE', (ws) => ws.send(Buffer.alloc(8)), 4400, 'a frame before the handshake was over'],
    [
      'a malformed WELCOME',
      (ws) => {
        ws.send(JSON.stringify(challenge));
        ws.once('message', () => ws.send(JSON.stringify({ type: 'welcome', session: '../x' })));
      },
      4400,
      'WELCOME is malformed',
    ],
    [
      'a gateway of another version',
      (ws) => ws.send(JSON.stringify({ ...challenge, versions: [2, 3] })),
      4426,
      'the gateway speaks protocol 2, 3',
    ],
  ])('closes on %s', async (_name, behave, code, reason) => {
    const fake = await listenRaw((ws) => {
      ws.on('close', (received, why) => closes.push([received, why.toString()]));
      behave(ws);
    });
    const closes: [number, string][] = [];
    const dialer = new TunnelDialer({ ...identity.agent, urls: [fake.url], clock });
    const ended = Promise.race([once(dialer, 'disconnected'), once(dialer, 'refused')]);
    dialer.start();
    expect(await ended).toMatchObject([{ code, reason }]);
    await until(() => closes.length === 1);
    expect(closes).toEqual([[code, reason]]);
    await dialer.stop();
    await fake.close();
  });

  it('dials again when the tunnel ended in the very packet that opened it', async () => {
    const fake = await listenRaw((ws) => {
      ws.send(JSON.stringify(challenge));
      ws.once('message', () => {
        const { _socket: socket } = ws as unknown as { _socket: Socket };
        socket.cork();
        ws.send(JSON.stringify(welcome));
        // A frame that is too short.
        ws.send(Buffer.from([1]));
        socket.uncork();
      });
    });
    const dialer = new TunnelDialer({ ...identity.agent, urls: [fake.url], clock, backoff: { random: () => 1 } });
    const ended = Promise.all([once(dialer, 'connected'), once(dialer, 'disconnected')]);
    dialer.start();
    const [[tunnel], [event]] = await ended;
    expect(tunnel.closed).toBe(true);
    expect(event).toEqual({ code: 1006, reason: 'the connection was lost', retryInMs: 1000 });
    expect(dialer.tunnel).toBeUndefined();
    await dialer.stop();
    await fake.close();
  });

  it.each([
    ['the gateway allows', 1, 2],
    ['it was told to', 2, 1],
  ])('opens no more streams than %s', async (_whose, gatewayStreams, agentStreams) => {
    const pair = await webSocketTunnelPair({
      gateway: { maxStreams: gatewayStreams },
      agent: { maxStreams: agentStreams },
    });
    expect(() => pair.agent.session.open(Buffer.from('{}')).on('error', () => {})).not.toThrow();
    expect(() => pair.agent.session.open(Buffer.from('{}'))).toThrow('1 streams are open on this tunnel');
    await pair.close();
  });

  it('gives up on a gateway that is silent for 15 s', async () => {
    const fake = await listenRaw(() => {});
    const dialer = new TunnelDialer({ ...identity.agent, urls: [fake.url], clock });
    const ended = once(dialer, 'disconnected');
    dialer.start();
    await turns();
    await clock.advance(15_000);
    expect(await ended).toMatchObject([{ code: 4408 }]);
    await dialer.stop();
    await fake.close();
  });
});
