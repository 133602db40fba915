import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  Http2ServerRequest,
  Http2ServerResponse,
} from 'node:http2';
import { TLSSocket } from 'node:tls';
import { useLeakCheck } from '@postern/testkit';
import { type Logger, pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type EdgeHarness, type EdgeHarnessOptions, startEdgeHarness } from '../test/edge-harness.ts';
import { FakeConnection } from '../test/fake-streams.ts';
import { Deadlines } from './deadlines.ts';
import type { RequestHandler } from './dispatch.ts';
import { type Exchange, markAuthenticated } from './exchange.ts';
import { edgeLimits as defaultLimits } from './limits.ts';

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

/** Responds once the whole body has arrived. */
const readBody: RequestHandler = (request, response) => {
  request.resume().once('end', () => response.end('read'));
};
const readBodyAuthenticated: RequestHandler = (request, response) => {
  markAuthenticated(request);
  readBody(request, response);
};
const refuseAtOnce: RequestHandler = (_request, response) => {
  response.statusCode = 401;
  response.end('no');
};
/** More than kernel buffers and HTTP/2 windows hold. */
const big = Buffer.alloc(32 * 1024 * 1024, 'x');
const sendBig = (response: ServerResponse): void => {
  const more = (): void => {
    while (response.writable && response.write(big.subarray(0, 65_536)));
    if (response.writable) response.once('drain', more);
  };
  more();
};

const paths = ['/api/v1/auth/sign-in', '/k8s/acme/prod/api/v1/pods', '/login'];
const handlersOf = (handle: RequestHandler) => ({
  api: handle,
  dashboard: handle,
  kube: { request: handle, upgrade: () => {} },
});
const heads: [string, string][] = [
  ['a length', 'Content-Length: 10\r\n\r\n'],
  ['a length and part of the body', 'Content-Length: 10\r\n\r\nabc'],
  ['chunks', 'Transfer-Encoding: chunked\r\n\r\n'],
  ['half a chunk', 'Transfer-Encoding: chunked\r\n\r\n5\r\nab'],
  ['chunks without the last', 'Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n'],
];

describe.each(paths)('a request body that never arrives, to %s', (path) => {
  it.each(heads)('is answered with 408 over HTTP/1.1, and the connection closed (%s)', async (_, head) => {
    const { said } = await start({ tls: false, edgeLimits: { bodyTimeoutMs: 50 }, handlers: handlersOf(readBody) });
    expect(await said(`POST ${path} HTTP/1.1\r\nHost: x\r\n${head}`)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each(heads)('is not waited for when the request is refused (%s)', async (_, head) => {
    const { said } = await start({ tls: false, handlers: handlersOf(refuseAtOnce) });
    const answer = await said(`POST ${path} HTTP/1.1\r\nHost: x\r\n${head}`);
    expect(answer).toMatch(/^HTTP\/1\.1 401 .*\r\nConnection: close\r\n.*no/s);
    expect(answer).not.toContain('HTTP/1.1 408');
  });

  it.each([0, 3])('resets its stream over HTTP/2, and no other (after %i bytes)', async (bytes) => {
    const { http2 } = await start({ edgeLimits: { bodyTimeoutMs: 1_000 }, handlers: handlersOf(readBody) });
    const session = http2();
    const stuck = session.request({ ':method': 'POST', ':path': path });
    if (bytes > 0) stuck.write(Buffer.alloc(bytes));
    expect(await resetOf(stuck)).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect(await ask(session.request({ ':method': 'POST', ':path': path }).end('all of it'))).toEqual([200, 'read', 0]);
  });

  it('is not waited for over HTTP/2 when the request is refused', async () => {
    const { http2 } = await start({ handlers: handlersOf(refuseAtOnce) });
    const session = http2();
    const stream = session.request({ ':method': 'POST', ':path': path });
    stream.write('a');
    const [status, body, code] = await ask(stream);
    expect([status, body, code]).toEqual([401, 'no', 0]);
  });
});

/** The error code with which a stream is reset. */
async function resetOf(stream: ClientHttp2Stream): Promise<number> {
  stream.on('error', () => {});
  await new Promise((resolve) => stream.resume().once('close', resolve));
  return stream.rstCode;
}

async function ask(stream: ClientHttp2Stream): Promise<[status: number, body: string, rstCode: number]> {
  const closed = once(stream, 'close');
  const [headers] = await once(stream, 'response');
  let body = '';
  stream.setEncoding('utf8').on('data', (part) => {
    body += part;
  });
  await closed;
  return [headers[':status'], body, stream.rstCode];
}

describe('an authenticated upload to a cluster', () => {
  const options: EdgeHarnessOptions = {
    edgeLimits: { bodyTimeoutMs: 50, bodyIdleMs: 1_000 },
    handlers: handlersOf(readBodyAuthenticated),
  };
  const head = 'POST /k8s/a/b/c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 12\r\n\r\n';

  it('may be slow as long as bytes arrive', async () => {
    const { send, http2 } = await start(options);
    const socket = send(head);
    const stream = http2().request({ ':method': 'POST', ':path': '/k8s/a/b/c' });
    const answered = ask(stream);
    let left = 12;
    const drip = setInterval(() => {
      socket.write('x');
      stream.write('x');
      if (--left > 0) return;
      clearInterval(drip);
      stream.end();
    }, 100);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answered).toEqual([200, 'read', 0]);
  });

  it('ends when no bytes arrive', async () => {
    const { said, http2 } = await start(options);
    expect(await said(`${head}abc`)).toMatch(/^HTTP\/1\.1 408 /);
    const stream = http2().request({ ':method': 'POST', ':path': '/k8s/a/b/c' });
    stream.write('abc');
    expect(await resetOf(stream)).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  });
});

const edgeLimits = { stalledMs: 200, stalledClusterAnswerMs: 60_000 };
const withBig = (onResponse: (response: ServerResponse) => void) =>
  handlersOf((_request, response) => {
    onResponse(response);
    sendBig(response);
  });

describe.each(paths)('a response of %s that its client does not read', (path) => {
  it('is cut off over HTTP/1.1', async () => {
    const closed = Promise.withResolvers<void>();
    const { send } = await start({
      edgeLimits,
      handlers: withBig((response) => response.once('close', () => closed.resolve())),
    });
    send(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).pause();
    await closed.promise;
  });

  it('is cut off over HTTP/2 when its stream window is closed, while other streams are served', async () => {
    let requests = 0;
    const { http2 } = await start({
      edgeLimits,
      handlers: handlersOf((_request, response) => {
        if (++requests > 1) response.end();
        else sendBig(response);
      }),
    });
    const session = http2({ initialWindowSize: 0 });
    const stuck = session.request({ ':path': path });
    expect(await resetOf(stuck)).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect(session.destroyed).toBe(false);
    expect(await ask(session.request({ ':path': path }))).toEqual([200, '', 0]);
  });
});

it('ends an HTTP/2 connection from which the client reads nothing', async () => {
  const closed = Promise.withResolvers<void>();
  const { http2 } = await start({
    edgeLimits,
    handlers: withBig((response) => response.once('close', () => closed.resolve())),
  });
  const session = http2({ initialWindowSize: 2 ** 30 });
  await once(session, 'connect');
  session.setLocalWindowSize(2 ** 30);
  const stream = session.request({ ':path': '/login' });
  stream.on('error', () => {});
  stopReading(session);
  await closed.promise;
});

/** Makes a client stop reading its connection, whatever the HTTP/2 windows. Node has no API for it, so this uses the handle. */
function stopReading(session: ClientHttp2Session): void {
  for (const symbol of Object.getOwnPropertySymbols(session)) {
    const value = Reflect.get(session, symbol);
    if (value instanceof TLSSocket) Reflect.get(value, '_handle').readStop();
  }
}

it('does not count time in which the gateway itself stood still', () => {
  let now = 0;
  let cut = 0;
  const limits = { ...defaultLimits, bodyIdleMs: 60_000, sweepMs: 2_000 };
  const deadlines = new Deadlines({ limits, logger: pino({ level: 'silent' }), now: () => now });
  const socket = { bytesRead: 0, destroy: () => cut++ };
  const upload = {
    request: { complete: false, readableLength: 0, socket },
    response: { headersSent: true, socket: null },
    connection: { exchanges: 1 },
    owner: 'kube',
    isAuthenticated: true,
    startedAt: 0,
  };
  deadlines.watch(upload as unknown as Exchange);
  const sweepAt = (at: number): number => {
    now = at;
    deadlines.sweep();
    return cut;
  };
  sweepAt(0);
  sweepAt(2_000);
  expect(sweepAt(90_000), 'the first sweep after a pause').toBe(0);
  // What waited in the kernel has been read now.
  socket.bytesRead = 1;
  expect(sweepAt(92_000)).toBe(0);
  for (let at = 94_000; at <= 152_000; at += 2_000) sweepAt(at);
  expect(cut, 'after 60 s without a byte').toBe(0);
  expect(sweepAt(154_000)).toBe(1);
});

it('judges the second of two late sweeps', () => {
  let now = 0;
  let cut = 0;
  const deadlines = new Deadlines({
    limits: { ...defaultLimits, bodyTimeoutMs: 1_000, sweepMs: 100 },
    logger: pino({ level: 'silent' }),
    now: () => now,
  });
  const request = { complete: false, socket: { destroy: () => cut++ } };
  const response = { headersSent: true, socket: null };
  const exchange = { request, response, connection: { exchanges: 1 }, owner: 'api', startedAt: 0 };
  deadlines.watch(exchange as unknown as Exchange);
  for (now = 0; now <= 10_000; now += 5_000) {
    deadlines.sweep();
    if (now === 5_000) expect(cut).toBe(0);
  }
  expect(cut).toBe(1);
});

it('spreads the end of a thousand late requests over many turns of the event loop', async () => {
  let ended = 0;
  const deadlines = new Deadlines({
    limits: { ...defaultLimits, bodyTimeoutMs: 1_000 },
    logger: pino({ level: 'silent' }),
    now: () => 2_000,
  });
  for (let count = 0; count < 1_000; count++) {
    const request = { complete: false, socket: { destroy: () => ended++ } };
    const connection = { client: { address: '127.0.0.1' }, exchanges: 1 };
    const exchange = { request, response: { headersSent: true }, connection, owner: 'api', startedAt: 0 };
    deadlines.watch(exchange as unknown as Exchange);
  }
  deadlines.sweep();
  expect(ended).toBeLessThan(20);
  let most = 0;
  while (ended < 1_000) {
    const before = ended;
    await new Promise(setImmediate);
    expect(ended).toBeGreaterThan(before);
    most = Math.max(most, ended - before);
  }
  expect(most).toBeLessThan(20);
});

describe('a sweep', () => {
  const limits = {
    ...defaultLimits,
    bodyTimeoutMs: 100,
    bodyIdleMs: 200,
    stalledMs: 300,
    stalledClusterAnswerMs: 400,
    // No pause between two sweeps counts as a standstill.
    sweepMs: 1_000_000,
  };
  const bodyIsLate = 'the request body did not arrive in time';
  const answerStalls = 'the client stopped reading the response';

  /** Deadlines with a clock that a test moves. `sweepAt` returns why exchanges were ended in that sweep. */
  function start(changed: Partial<typeof limits> = {}) {
    let now = 0;
    let why: unknown[] = [];
    const logger = pino({}, { write: (line: string) => void why.push(JSON.parse(line).msg) });
    const deadlines = new Deadlines({ limits: { ...limits, ...changed }, logger, now: () => now });
    const sweepAt = (at: number): unknown[] => {
      now = at;
      why = [];
      deadlines.sweep();
      return why;
    };
    return { deadlines, sweepAt };
  }

  interface Request {
    exchange: Exchange;
    /** Bytes of the body that we have not read yet. */
    hold(bytes: number): void;
    /** The client sends some of the body. */
    receive(): void;
    /** The client has sent the whole body. */
    complete(): void;
    /** Bytes of the response that the client has not read yet. */
    wait(bytes: number): void;
    /** The client reads some of the response, and as much is written to it. */
    take(): void;
    isEnded(): boolean;
  }
  const parts = { address: '10.0.0.1', known: () => {}, startedAt: 0, stall: undefined, body: undefined };
  type Given = Pick<Exchange, 'owner' | 'isAuthenticated'>;
  const toApi: Given = { owner: 'api', isAuthenticated: true };
  const toKube: Given = { owner: 'kube', isAuthenticated: true };
  const stranger: Given = { owner: 'kube', isAuthenticated: false };

  function overHttp1(given: Given): Request {
    const socket = { destroyed: false, bytesRead: 0, bytesWritten: 500, writableLength: 0, destroy: () => {} };
    socket.destroy = () => Object.assign(socket, { destroyed: true });
    const request = { complete: false, readableLength: 0, socket };
    const response = { headersSent: true, socket };
    const connection = { exchanges: 1, isClosing: false };
    return {
      exchange: { ...parts, ...given, request, response, connection } as unknown as Exchange,
      hold: (bytes) => Object.assign(request, { readableLength: bytes }),
      receive: () => socket.bytesRead++,
      complete: () => Object.assign(request, { complete: true }),
      wait: (bytes) => {
        socket.bytesWritten += bytes - socket.writableLength;
        socket.writableLength = bytes;
      },
      take: () => socket.bytesWritten++,
      isEnded: () => socket.destroyed,
    };
  }

  function overHttp2(given: Given, session?: FakeSession): Request {
    const state = { remoteClose: 0, localWindowSize: 65_535 };
    const stream = Object.assign(new EventEmitter(), {
      destroyed: false,
      endAfterHeaders: false,
      state,
      writableLength: 0,
      session,
      destroy: () => {},
    });
    stream.destroy = () => Object.assign(stream, { destroyed: true });
    const readable = { value: 0, writable: true };
    const request = Object.create(Http2ServerRequest.prototype, {
      stream: { value: stream },
      readableLength: readable,
    });
    const response = Object.create(Http2ServerResponse.prototype, { stream: { value: stream } });
    const connection = { exchanges: 1, isClosing: false };
    return {
      exchange: { ...parts, ...given, request, response, connection } as unknown as Exchange,
      hold: (bytes) => Object.assign(request, { readableLength: bytes }),
      receive: () => state.localWindowSize--,
      complete: () => Object.assign(state, { remoteClose: 1 }),
      wait: (bytes) => Object.assign(stream, { writableLength: bytes }),
      take: () => stream.emit('drain'),
      isEnded: () => stream.destroyed,
    };
  }

  class FakeSession {
    destroyed = false;
    sent = 1_000;
    readonly goaways: number[] = [];
    get socket(): { bytesWritten: number } {
      if (this.destroyed) throw new Error('as Node does');
      return { bytesWritten: this.sent };
    }
    goaway(code: number): void {
      this.goaways.push(code);
    }
    destroy(): void {
      this.destroyed = true;
    }
  }

  describe.each([
    ['HTTP/1.1', overHttp1],
    ['HTTP/2', overHttp2],
  ])('over %s', (_version, make: (given: Given) => Request) => {
    it.each<[string, Given, number]>([
      ['of the API', toApi, 100],
      ['to a cluster, of a stranger', stranger, 100],
      ['to a cluster', toKube, 200],
    ])('ends a request %s when its body is late', (_whose, given, allowed) => {
      const { deadlines, sweepAt } = start();
      const { exchange, isEnded } = make(given);
      const startedAt = 1_000;
      deadlines.watch(Object.assign(exchange, { startedAt }));
      expect([sweepAt(startedAt), sweepAt(startedAt + allowed), isEnded()]).toEqual([[], [], false]);
      expect([sweepAt(startedAt + allowed + 1), isEnded()]).toEqual([[bodyIsLate], true]);
      expect(sweepAt(startedAt + allowed + 2), 'once').toEqual([]);
    });

    it('lets the body of a request to a cluster take any time while bytes arrive', () => {
      const { deadlines, sweepAt } = start();
      const { exchange, receive } = make(toKube);
      deadlines.watch(exchange);
      for (let at = 0; at <= 1_000; at += 200) {
        receive();
        expect(sweepAt(at)).toEqual([]);
      }
      expect([sweepAt(1_200), sweepAt(1_201)]).toEqual([[], [bodyIsLate]]);
    });

    it('does not count the time in which we have not read what arrived', () => {
      const { deadlines, sweepAt } = start();
      const { exchange, hold } = make(toKube);
      deadlines.watch(exchange);
      hold(1);
      for (let at = 0; at <= 1_000; at += 250) expect(sweepAt(at)).toEqual([]);
      hold(0);
      expect([sweepAt(1_100), sweepAt(1_300), sweepAt(1_301)]).toEqual([[], [], [bodyIsLate]]);
    });

    it.each<[string, Given, number]>([
      ['of the API', toApi, 300],
      ['for a stranger', stranger, 300],
      ['of a cluster', toKube, 400],
    ])('ends a response %s that nobody reads', (_whose, given, allowed) => {
      const { deadlines, sweepAt } = start();
      const { exchange, complete, wait, isEnded } = make(given);
      deadlines.watch(exchange);
      complete();
      expect(sweepAt(0)).toEqual([]);
      wait(10);
      expect([sweepAt(50), sweepAt(50 + allowed), isEnded()]).toEqual([[], [], false]);
      expect([sweepAt(50 + allowed + 1), isEnded()]).toEqual([[answerStalls], true]);
    });

    it('lets a response take any time while the client reads', () => {
      const { deadlines, sweepAt } = start();
      const { exchange, complete, wait, take } = make(toApi);
      deadlines.watch(exchange);
      complete();
      wait(10);
      for (let at = 0; at <= 1_500; at += 300) {
        expect(sweepAt(at)).toEqual([]);
        take();
      }
      expect([sweepAt(1_800), sweepAt(2_100), sweepAt(2_101)]).toEqual([[], [], [answerStalls]]);
    });

    it('counts anew when all was read in between', () => {
      const { deadlines, sweepAt } = start();
      const { exchange, complete, wait } = make(toApi);
      deadlines.watch(exchange);
      complete();
      for (const at of [0, 600]) {
        wait(10);
        expect([sweepAt(at), sweepAt(at + 300)]).toEqual([[], []]);
        wait(0);
        expect(sweepAt(at + 350)).toEqual([]);
      }
    });

    it('leaves alone what is complete, what was forgotten and what is gone', () => {
      const { deadlines, sweepAt } = start();
      const [complete, forgotten, gone] = [make(toApi), make(toApi), make(toApi)];
      for (const { exchange, wait } of [complete, forgotten, gone]) {
        deadlines.watch(exchange);
        if (exchange !== complete.exchange) wait(10);
      }
      complete.complete();
      deadlines.forget(forgotten.exchange);
      const { response } = gone.exchange;
      gone.complete();
      Object.assign(response instanceof Http2ServerResponse ? response.stream : (response.socket ?? {}), {
        destroyed: true,
      });
      expect([sweepAt(0), sweepAt(10_000)]).toEqual([[], []]);
    });
  });

  it('counts nothing that is only added to a response over HTTP/1.1', () => {
    const { deadlines, sweepAt } = start();
    const { exchange, complete, wait } = overHttp1(toApi);
    deadlines.watch(exchange);
    complete();
    wait(10);
    expect(sweepAt(0)).toEqual([]);
    wait(20);
    expect([sweepAt(300), sweepAt(301)]).toEqual([[], [answerStalls]]);
  });

  it('adds no second listener to a stream', () => {
    const { deadlines, sweepAt } = start();
    const { exchange, complete, wait } = overHttp2(toApi);
    deadlines.watch(exchange);
    complete();
    wait(10);
    for (let at = 0; at < 5; at++) sweepAt(at);
    expect((exchange.response as Http2ServerResponse).stream.listenerCount('drain')).toBe(1);
  });

  it('logs whose request it ends', () => {
    const info = vi.fn();
    const deadlines = new Deadlines({ limits, logger: { info } as unknown as Logger, now: () => 101 });
    deadlines.watch(overHttp1(toApi).exchange);
    deadlines.sweep();
    expect(info.mock.calls).toEqual([[{ owner: 'api', address: '10.0.0.1' }, bodyIsLate]]);
  });

  it('leaves alone a response whose connection or stream is missing', () => {
    const { deadlines, sweepAt } = start();
    const [bare, streamless, bodiless] = [overHttp1(toApi), overHttp2(toApi), overHttp2(toApi)];
    bare.complete();
    Object.assign(bare.exchange.response, { socket: null });
    Object.assign((bodiless.exchange.response as Http2ServerResponse).stream, { endAfterHeaders: true });
    Object.defineProperty(streamless.exchange, 'response', {
      value: Object.create(Http2ServerResponse.prototype, { stream: { value: undefined } }),
    });
    for (const { exchange } of [bare, streamless, bodiless]) deadlines.watch(exchange);
    expect([sweepAt(0), sweepAt(10_000)]).toEqual([[], []]);
  });

  it('does not wait for a body that a stream announced when it is gone', () => {
    const { deadlines, sweepAt } = start();
    const { exchange } = overHttp2(toApi);
    Object.assign((exchange.response as Http2ServerResponse).stream, { destroyed: true });
    deadlines.watch(exchange);
    expect(sweepAt(10_000)).toEqual([]);
  });

  describe('that ends a request over HTTP/1.1', () => {
    function late(given: { headersSent: boolean; exchanges: number }): { socket: FakeConnection; isClosing: boolean } {
      const { deadlines, sweepAt } = start();
      const { exchange } = overHttp1(toApi);
      const socket = new FakeConnection();
      Object.assign(exchange.request, { socket });
      Object.assign(exchange.response, { headersSent: given.headersSent });
      Object.assign(exchange.connection, { exchanges: given.exchanges });
      deadlines.watch(exchange);
      sweepAt(101);
      // The client leaves.
      socket.push(null);
      return { socket, isClosing: exchange.connection.isClosing };
    }

    it('responds with 408 if no response has begun', () => {
      const { socket, isClosing } = late({ headersSent: false, exchanges: 1 });
      expect(socket.received).toMatch(/^HTTP\/1\.1 408 /);
      expect(isClosing).toBe(true);
    });

    it.each([
      ['its response has begun', { headersSent: true, exchanges: 1 }],
      ['other responses come before its own', { headersSent: false, exchanges: 2 }],
    ])('cuts off the connection if %s', (_why, given) => {
      const { socket, isClosing } = late(given);
      expect([socket.destroyed, socket.received, isClosing]).toEqual([true, '', true]);
    });
  });

  describe('after the reset of a stream that nobody reads', () => {
    function reset(session: FakeSession | undefined) {
      const { deadlines, sweepAt } = start();
      const { exchange, complete, wait, isEnded } = overHttp2(toApi, session);
      deadlines.watch(exchange);
      complete();
      wait(10);
      sweepAt(0);
      sweepAt(301);
      expect([isEnded(), session?.goaways ?? []]).toEqual([true, []]);
      return sweepAt;
    }

    it('ends the connection if that is not read either', () => {
      const session = new FakeSession();
      reset(session)(302);
      expect([session.goaways, session.destroyed]).toEqual([[constants.NGHTTP2_ENHANCE_YOUR_CALM], true]);
    });

    it('leaves a connection whose client reads', () => {
      const session = new FakeSession();
      const sweepAt = reset(session);
      session.sent++;
      sweepAt(302);
      // The next sweep judges only what was reset since.
      session.sent--;
      sweepAt(303);
      expect([session.goaways, session.destroyed]).toEqual([[], false]);
    });

    it('leaves a connection that has ended', () => {
      const session = new FakeSession();
      const sweepAt = reset(session);
      session.destroyed = true;
      sweepAt(302);
      expect(session.goaways).toEqual([]);
    });

    it('leaves a stream without a connection', () => {
      expect(reset(undefined)(302)).toEqual([]);
    });
  });

  it('leaves a connection whose stream was reset for its body', () => {
    const { deadlines, sweepAt } = start();
    const session = new FakeSession();
    deadlines.watch(overHttp2(toApi, session).exchange);
    expect([sweepAt(101), sweepAt(102), session.destroyed]).toEqual([[bodyIsLate], [], false]);
  });

  it('ends eight in each turn, and only those that are still open', async () => {
    const { deadlines, sweepAt } = start();
    const requests = Array.from({ length: 17 }, () => overHttp1(toApi));
    for (const { exchange } of requests) deadlines.watch(exchange);
    const ended = (): number => requests.filter(({ isEnded }) => isEnded()).length;
    sweepAt(101);
    expect(ended()).toBe(8);
    deadlines.forget((requests[8] as Request).exchange);
    await new Promise(setImmediate);
    expect(ended()).toBe(15);
    await new Promise(setImmediate);
    expect(ended()).toBe(16);
  });

  it('judges after twice its interval, but not after longer', () => {
    for (const [late, ended] of [
      [2_000, [bodyIsLate]],
      [2_001, []],
    ] as const) {
      const { deadlines, sweepAt } = start({ sweepMs: 1_000 });
      sweepAt(0);
      deadlines.watch(overHttp1(toApi).exchange);
      expect(sweepAt(late)).toEqual(ended);
    }
  });

  it('takes place in every interval from start to stop', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { deadlines } = start({ sweepMs: 1_000 });
      const sweep = vi.spyOn(deadlines, 'sweep');
      deadlines.start();
      vi.advanceTimersByTime(2_999);
      expect(sweep).toHaveBeenCalledTimes(2);
      deadlines.stop();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a response', () => {
  it('with nothing to send may stay quiet for any time', async () => {
    let watch: ServerResponse | undefined;
    const { send, http2 } = await start({
      edgeLimits: { stalledMs: 30, stalledClusterAnswerMs: 30, bodyTimeoutMs: 30, bodyIdleMs: 30 },
      handlers: handlersOf((_request, response) => {
        watch = response;
        response.write('{"type":"ADDED"}');
      }),
    });
    const socket = send('GET /k8s/a/b/c?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const first = watch;
    const stream = http2().request({ ':path': '/k8s/a/b/c?watch=1' });
    await once(stream, 'data');
    // Ten sweeps.
    await new Promise((resolve) => setTimeout(resolve, 200));
    first?.write('{"type":"MODIFIED"}');
    watch?.write('{"type":"MODIFIED"}');
    await Promise.all([once(socket, 'data'), once(stream, 'data')]);
    stream.close();
  });

  it('of a cluster may wait for a client that reads page by page', async () => {
    let response: ServerResponse | undefined;
    const { send } = await start({
      edgeLimits: { stalledMs: 30, stalledClusterAnswerMs: 60_000 },
      handlers: handlersOf((request, given) => {
        markAuthenticated(request);
        response = given;
        sendBig(given);
      }),
    });
    const socket = send('GET /k8s/a/b/log HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'readable');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(response?.destroyed).toBe(false);
  });
});
