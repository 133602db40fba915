import { EventEmitter, once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { type EdgeHarness, type EdgeHarnessOptions, startEdgeHarness } from '../test/edge-harness.ts';
import { clientAddress } from './client-address.ts';
import { Clients } from './clients.ts';
import type { RequestHandler } from './dispatch.ts';
import { markAuthenticated } from './exchange.ts';

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

/** The names of the limits that refused something during `act`. */
const refusedDuring = async ({ metrics, limits }: EdgeHarness, act: () => Promise<unknown>): Promise<string[]> => {
  const names: string[] = [];
  limits.on('refused', (name) => {
    names.push(name);
    metrics.limitReached(name);
  });
  await act();
  return names;
};

describe('a network address', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::1:2:3:4%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
    [undefined, ''],
  ])('%s is counted as %s', (address, counted) => expect(clientAddress(address)).toBe(counted));

  it.each([false, true])('has a limit on open connections, which is enforced before TLS (TLS: %s)', async (tls) => {
    const started = await start({ tls, limits: { connectionsPerAddress: 5 } });
    const request = 'GET /api/ HTTP/1.1\r\nHost: x\r\n\r\n';
    const open: Socket[] = [];
    const names = await refusedDuring(started, async () => {
      for (let index = 0; index < 5; index++) open.push(started.send(request));
      // Only a response shows that the edge accepted a connection: the kernel connects earlier, and in another order.
      await Promise.all(open.map((socket) => once(socket, 'data')));
      for (let index = 0; index < 3; index++) {
        const socket = started.send(request);
        let handshakes = 0;
        socket.once('secureConnect', () => handshakes++);
        await new Promise((resolve) => socket.once('close', resolve));
        expect(handshakes).toBe(0);
      }
    });
    expect(names).toEqual(['connectionsPerAddress', 'connectionsPerAddress', 'connectionsPerAddress']);
    expect(started.calls.length).toBe(5);
    open[0]?.destroy();
    // The place is free once the edge has seen the connection close.
    while (started.calls.length === 5) {
      const socket = started.send('GET /api/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await new Promise((resolve) => socket.resume().once('close', resolve));
    }
  });

  it.each([false, true])(
    'has a limit on new connections per second, which is enforced before TLS (TLS: %s)',
    async (tls) => {
      const started = await start({ tls, limits: { newConnectionsPerAddress: 1 } });
      const request = 'GET /api/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      let served = 0;
      const names = await refusedDuring(started, async () => {
        // A burst is four seconds' worth, and each second that this takes allows one more.
        for (let index = 0; index < 20; index++) {
          const socket = started.send(request).resume();
          let isServed = false;
          socket.once(tls ? 'secureConnect' : 'data', () => {
            isServed = true;
          });
          await new Promise((resolve) => socket.once('close', resolve));
          if (isServed) served++;
        }
      });
      expect(served).toBeGreaterThanOrEqual(4);
      expect(names.length).toBe(20 - served);
      expect(new Set(names)).toEqual(new Set(['newConnectionsPerAddress']));
      expect(started.calls.length).toBe(served);
    },
  );

  it('gets 429 beyond its limit of unauthenticated requests', async () => {
    const held: (() => void)[] = [];
    const api: RequestHandler = (_request, response) => void held.push(() => response.end('late'));
    const kube: RequestHandler = (request, response) => {
      markAuthenticated(request);
      api(request, response);
    };
    const started = await start({
      limits: { connectionsPerAddress: 10 },
      handlers: { api, kube: { request: kube, upgrade: () => {} } },
    });
    const session = started.http2();
    // Authenticated requests do not count.
    for (let index = 0; index < 20; index++) session.request({ ':path': '/k8s/a/b/c' }).on('error', () => {});
    await until(() => held.length === 20);
    const waiting = Array.from({ length: 10 }, () => session.request({ ':path': '/api/' }));
    await until(() => held.length === 30);
    const [headers] = await once(session.request({ ':path': '/api/' }), 'response');
    expect([headers[':status'], headers['retry-after']]).toEqual([429, '1']);
    for (const end of held.splice(0)) end();
    await Promise.all(waiting.map((stream) => once(stream.resume(), 'close')));
    const last = session.request({ ':path': '/api/' });
    await until(() => held.length === 1);
    last.close();
  });
});

describe('the unauthenticated requests of a network address', () => {
  function counted(): { clients: Clients; refused: string[] } {
    const limits = new Limits({ ...defaultLimits, connectionsPerAddress: 2 });
    const refused: string[] = [];
    limits.on('refused', (name) => refused.push(name));
    return { clients: new Clients(limits), refused };
  }

  it('are counted until each is known, even those beyond the limit', () => {
    const { clients, refused } = counted();
    const [first, second, third] = [clients.ask('a'), clients.ask('a'), clients.ask('a')];
    expect([first.mayAsk, second.mayAsk, third.mayAsk, clients.ask('b').mayAsk]).toEqual([true, true, false, true]);
    expect(refused).toEqual(['connectionsPerAddress']);
    first.known();
    expect(clients.ask('a').mayAsk, 'while the second and the third are open').toBe(false);
    second.known();
    third.known();
    expect(clients.ask('a').mayAsk).toBe(true);
  });

  it('end their count only once', () => {
    const { clients } = counted();
    const [first] = [clients.ask('a'), clients.ask('a')];
    first.known();
    first.known();
    expect([clients.ask('a').mayAsk, clients.ask('a').mayAsk]).toEqual([true, false]);
  });

  it('stay counted when connections of the address close', () => {
    const { clients } = counted();
    const connection = new EventEmitter();
    expect(clients.admit(connection as Socket, '10.0.0.1')).toBe(true);
    clients.ask('10.0.0.1').known();
    clients.ask('10.0.0.1');
    clients.ask('10.0.0.1');
    connection.emit('close');
    expect(clients.ask('10.0.0.1').mayAsk).toBe(false);
  });
});

describe('an HTTP/2 connection', () => {
  const handlers: EdgeHarnessOptions['handlers'] = {
    api: () => {},
    kube: {
      request: (request, response) => {
        markAuthenticated(request);
        response.end();
      },
      upgrade: () => {},
    },
  };

  it('has few streams and small windows until a request on it is authenticated', async () => {
    const { http2 } = await start({ handlers });
    const session = http2();
    await once(session, 'remoteSettings');
    expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 100, initialWindowSize: 65_535 });
    expect(session.state.remoteWindowSize).toBe(65_535);
    const raised = once(session, 'remoteSettings');
    const stream = session.request({ ':path': '/k8s/a/b/c' });
    await once(stream.resume(), 'close');
    await raised;
    expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 256, initialWindowSize: 1_048_576 });
    await until(() => (session.state.remoteWindowSize ?? 0) > 1_048_576);
  });

  it('never accepts more streams than it offers', async () => {
    const { http2, calls } = await start({ handlers: { api: () => void calls.push('api') } });
    const session = http2();
    const streams: ClientHttp2Stream[] = [];
    await once(session, 'connect');
    openAtOnce(session, streams);
    await until(() => calls.length === 100);
    for (const stream of streams) stream.destroy();
  });
});

describe('a flood of frames that must be answered', () => {
  /** Sends frames one at a time, each after the previous answer. @returns the number of answers until the connection ended. */
  async function answeredBeforeEnd(session: ClientHttp2Session, send: (answered: () => void) => void): Promise<number> {
    let answered = 0;
    const ended = new Promise((resolve) => session.once('close', resolve));
    const next = (): void => {
      if (session.destroyed) return;
      send(() => {
        answered++;
        next();
      });
    };
    next();
    await ended;
    return answered;
  }

  it.each<[string, (session: ClientHttp2Session) => (answered: () => void) => void]>([
    ['PING', (session) => (answered) => void session.ping((error) => error === null && answered())],
    ['SETTINGS', (session) => (answered) => session.settings({ enablePush: false }, (error) => !error && answered())],
  ])('of %s ends its connection after a burst, and no other', async (_name, sender) => {
    const { http2 } = await start({ edgeLimits: { controlFrameBurst: 50, controlFrameRate: 1 } });
    const [session, other] = [http2(), http2()];
    await Promise.all([once(session, 'remoteSettings'), once(other, 'remoteSettings')]);
    const goaway = once(session, 'goaway');
    const answered = await answeredBeforeEnd(session, sender(session));
    // The initial SETTINGS counts too, and each second that passes allows one more.
    expect(answered).toBeGreaterThanOrEqual(40);
    expect(answered).toBeLessThan(70);
    expect((await goaway)[0]).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    const [headers] = await once(other.request({ ':path': '/api/' }), 'response');
    expect(headers[':status']).toBe(200);
  });
});

/** Opens 150 streams; the client itself holds back those beyond what the edge offers. */
function openAtOnce(session: ClientHttp2Session, streams: ClientHttp2Stream[]): void {
  for (let index = 0; index < 150; index++) {
    const stream = session.request({ ':path': '/api/' });
    stream.on('error', () => {});
    streams.push(stream);
  }
}
