import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import { TLSSocket } from 'node:tls';
import { useLeakCheck } from '@postern/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { type EdgeHarness, type EdgeHarnessOptions, startEdgeHarness } from '../test/edge-harness.ts';
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
