import { EventEmitter, once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { turns, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EdgeHarness, type EdgeHarnessOptions, startEdgeHarness } from '../test/edge-harness.ts';
import { FakeConnection } from '../test/fake-streams.ts';
import type { RequestHandler } from './dispatch.ts';
import { markAuthenticated } from './exchange.ts';
import { parseProxyHeader, takeProxyHeader } from './proxy-protocol.ts';
import { remoteAddressOf } from './remote-address.ts';

const signature = '0d0a0d0a000d0a515549540a';

/** A header as a load balancer writes it. */
function header(command: number, family: number, rest: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(rest.byteLength);
  return Buffer.concat([Buffer.from(signature, 'hex'), Buffer.from([0x20 | command, family]), length, rest]);
}

const ipv4 = (address: string, tlvs = 0): Buffer =>
  header(
    1,
    0x11,
    Buffer.concat([
      Buffer.from(address.split('.').map(Number)),
      Buffer.from('7f00000112344567', 'hex'),
      Buffer.alloc(tlvs),
    ]),
  );
const ipv6 = header(1, 0x21, Buffer.concat([Buffer.from('20010db8000000000000000000000007', 'hex'), Buffer.alloc(20)]));

/** A header whose only fault is the byte of its version and command. */
function withCommandByte(value: number): Buffer {
  const bytes = ipv4('198.51.100.7');
  bytes[12] = value;
  return bytes;
}

describe('a PROXY protocol header', () => {
  it.each([
    ['IPv4', ipv4('198.51.100.7'), '198.51.100.7'],
    ['IPv4 with extensions (TLVs)', ipv4('198.51.100.7', 200), '198.51.100.7'],
    ['IPv6', ipv6, '2001:db8::7'],
    ['a health check (LOCAL)', header(0, 0, Buffer.alloc(0)), null],
    ['a health check with addresses', header(0, 0x11, Buffer.alloc(12)), null],
    ['a Unix socket', header(1, 0x31, Buffer.alloc(216)), null],
  ])('%s is parsed, wherever it is split', (_, bytes, source) => {
    for (let length = 0; length < bytes.byteLength; length++)
      expect(parseProxyHeader(bytes.subarray(0, length))).toEqual({ state: 'incomplete' });
    const behind = Buffer.concat([bytes, Buffer.from([22, 3, 1])]);
    expect(parseProxyHeader(behind)).toEqual({ state: 'complete', bytes: bytes.byteLength, source });
  });

  it.each([
    ['TLS', Buffer.from([22, 3, 1, 0, 200])],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['version 1', Buffer.from('PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n')],
    ['another version', Buffer.concat([Buffer.from(signature, 'hex'), Buffer.from([0x31, 0x11, 0, 0])])],
    ['an unknown command', Buffer.concat([Buffer.from(signature, 'hex'), Buffer.from([0x22, 0x11, 0, 0])])],
    ['version 1 in binary', withCommandByte(0x11)],
    ['version 3', withCommandByte(0x31)],
    ['an unknown command with valid addresses', withCommandByte(0x22)],
    ['addresses that are too short', header(1, 0x11, Buffer.alloc(11))],
    ['IPv6 addresses that are too short', header(1, 0x21, Buffer.alloc(35))],
    [
      'a header longer than any real one',
      Buffer.concat([Buffer.from(signature, 'hex'), Buffer.from([0x21, 0x11, 0xff, 0xff])]),
    ],
  ])('%s is invalid', (_, bytes) => expect(parseProxyHeader(bytes)).toEqual({ state: 'invalid' }));

  it.each([
    ['complete', 2_048, { state: 'complete', bytes: 16 + 2_048, source: '198.51.100.7' }],
    ['invalid', 2_049, { state: 'invalid' }],
  ])('is %s with %i bytes of addresses and extensions', (_, length, result) => {
    expect(parseProxyHeader(ipv4('198.51.100.7', length - 12))).toEqual(result);
  });
});

describe('a connection whose header is taken off', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function take(): { connection: FakeConnection; source: Promise<string | null | undefined> } {
    const connection = new FakeConnection();
    return { connection, source: takeProxyHeader(connection as unknown as Socket, 1_000) };
  }

  it('is handed over with the bytes after the header, without listeners or a deadline', async () => {
    const { connection, source } = take();
    connection.push(ipv6.subarray(0, 20));
    await turns(1);
    connection.push(Buffer.concat([ipv6.subarray(20), Buffer.from('GET')]));
    expect(await source).toBe('2001:db8::7');
    expect(connection.listenerCount('readable') + connection.listenerCount('close')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(String(connection.read())).toBe('GET');
  });

  it('is given up as soon as it closes', async () => {
    const { connection, source } = take();
    connection.push(ipv6.subarray(0, 20));
    const closed = once(connection, 'close');
    connection.destroy();
    await closed;
    expect(vi.getTimerCount()).toBe(0);
    expect(await source).toBeUndefined();
  });

  it.each([
    ['before the header', Buffer.alloc(0)],
    ['in the middle of the header', ipv6.subarray(0, 20)],
  ])('is closed at the deadline if the other side ended it %s', async (_, bytes) => {
    const { connection, source } = take();
    connection.push(bytes);
    await turns(1);
    connection.push(null);
    await turns(1);
    vi.advanceTimersByTime(999);
    expect(connection.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(connection.destroyed).toBe(true);
    expect(await source).toBeUndefined();
  });
});

describe('behind a load balancer that speaks the PROXY protocol', () => {
  useLeakCheck();
  let harness: EdgeHarness | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await harness?.stop();
    harness = undefined;
  });

  async function start(options: EdgeHarnessOptions = {}): Promise<EdgeHarness> {
    harness = await startEdgeHarness({
      proxies: { trusted: ['127.0.0.0/8'], source: 'proxy-protocol' },
      handlers: { api: (request, response) => response.end(remoteAddressOf(request)) },
      ...options,
    });
    return harness;
  }

  const get = 'GET /api/ HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 9.9.9.9\r\nConnection: close\r\n\r\n';

  /** The response on a connection that starts with `first`, written `size` bytes at a time. */
  async function ask(
    { port, cert }: EdgeHarness,
    { first, tls, size = 4_096 }: { first: Buffer; tls: boolean; size?: number },
  ): Promise<string> {
    const tcp = connectTcp(port, '127.0.0.1').setNoDelay(true);
    sockets.push(tcp);
    tcp.on('error', () => {});
    await once(tcp, 'connect');
    for (let at = 0; at < first.byteLength; at += size)
      await new Promise((resolve) => tcp.write(first.subarray(at, at + size), resolve));
    const socket = tls
      ? connectTls({ socket: tcp, ca: cert, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
      : tcp;
    socket.on('error', () => {});
    socket.write(get);
    let answer = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      answer += part;
    });
    if (!tcp.closed) await once(tcp, 'close');
    return answer;
  }

  it.each([
    [true, 4_096],
    [false, 4_096],
    [true, 1],
    [false, 1],
  ])('a request has the address from the header (TLS: %s, %i bytes at a time)', async (tls, size) => {
    const started = await start({ tls });
    expect(await ask(started, { first: ipv4('198.51.100.7'), tls, size })).toMatch(/\r\n198\.51\.100\.7$/);
    expect(await ask(started, { first: ipv6, tls, size })).toMatch(/\r\n2001:db8::7$/);
    expect(await ask(started, { first: header(0, 0, Buffer.alloc(0)), tls, size })).toMatch(/\r\n127\.0\.0\.1$/);
  });

  it('connections are counted by the address from the header', async () => {
    const calls = new EventEmitter();
    const started = await start({ limits: { connectionsPerAddress: 1 }, handlers: { api: () => calls.emit('call') } });
    const refused: string[] = [];
    started.limits.on('refused', (name) => refused.push(name));
    const held: Promise<string>[] = [];
    for (const address of ['198.51.100.7', '198.51.100.8']) {
      const reached = once(calls, 'call');
      held.push(ask(started, { first: ipv4(address), tls: true }));
      await reached;
    }
    expect(await ask(started, { first: ipv4('198.51.100.7'), tls: true })).toBe('');
    expect(refused).toEqual(['connectionsPerAddress']);
    for (const socket of sockets) socket.destroy();
    await Promise.all(held);
  });

  it('health checks by the load balancer itself are not counted as its connections', async () => {
    const calls = new EventEmitter();
    const api: RequestHandler = (request) => {
      markAuthenticated(request);
      calls.emit('call');
    };
    const started = await start({ tls: false, limits: { connectionsPerAddress: 1 }, handlers: { api } });
    const held: Promise<string>[] = [];
    for (let count = 0; count < 2; count++) {
      const reached = once(calls, 'call');
      held.push(ask(started, { first: header(0, 0, Buffer.alloc(0)), tls: false }));
      await reached;
    }
    for (const socket of sockets) socket.destroy();
    await Promise.all(held);
  });

  it('a connection from a load balancer without the header is cut off', async () => {
    const started = await start({ tls: false });
    expect(await ask(started, { first: Buffer.alloc(0), tls: false })).toBe('');
  });

  it('a connection that is reset in the middle of the header ends alone', async () => {
    const started = await start({ tls: false });
    const tcp = connectTcp(started.port, '127.0.0.1');
    sockets.push(tcp);
    await new Promise<void>((resolve) => tcp.write(ipv6.subarray(0, 20), () => resolve()));
    tcp.resetAndDestroy();
    expect(await ask(started, { first: ipv6, tls: false })).toMatch(/\r\n2001:db8::7$/);
  });

  it('a connection that never completes the header is cut off', async () => {
    const started = await start({ tls: false, edgeLimits: { headersTimeoutMs: 50 } });
    const tcp = connectTcp(started.port, '127.0.0.1');
    sockets.push(tcp);
    tcp.on('error', () => {});
    tcp.write(ipv6.subarray(0, 20));
    tcp.resume();
    await once(tcp, 'close');
  });

  it('a client that is not a load balancer needs no header, and may not send one', async () => {
    const started = await start({ tls: false, proxies: { trusted: ['10.0.0.0/8'], source: 'proxy-protocol' } });
    expect(await ask(started, { first: Buffer.alloc(0), tls: false })).toMatch(/\r\n127\.0\.0\.1$/);
    expect(await ask(started, { first: ipv4('198.51.100.7'), tls: false })).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('behind a load balancer that sets X-Forwarded-For', () => {
  useLeakCheck();
  let harness: EdgeHarness | undefined;
  afterEach(async () => {
    await harness?.stop();
    harness = undefined;
  });

  it('each request on a connection has its own address, over HTTP/1.1 and HTTP/2', async () => {
    const started = await startEdgeHarness({
      proxies: { trusted: ['127.0.0.1'], source: 'x-forwarded-for' },
      handlers: { api: (request, response) => response.end(remoteAddressOf(request)) },
    });
    harness = started;
    const two = started.send('GET /api/ HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n');
    let answers = '';
    two.setEncoding('latin1').on('data', (part: string) => {
      answers += part;
    });
    await once(two, 'data');
    two.write(
      'GET /api/ HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 198.51.100.8\r\nConnection: close\r\n\r\n',
    );
    await once(two, 'close');
    expect(answers).toMatch(/198\.51\.100\.7.*198\.51\.100\.8/s);
    const stream = started.http2().request({ ':path': '/api/', 'x-forwarded-for': '198.51.100.9' });
    expect((await stream.setEncoding('latin1').toArray()).join('')).toBe('198.51.100.9');
  });

  it('unauthenticated requests are counted by that address, not by their shared connection', async () => {
    const held: (() => void)[] = [];
    const started = await startEdgeHarness({
      proxies: { trusted: ['127.0.0.1'], source: 'x-forwarded-for' },
      limits: { connectionsPerAddress: 2 },
      handlers: { api: (_request, response) => void held.push(() => response.end('served')) },
    });
    harness = started;
    const session = started.http2();
    const ask = (address: string) => session.request({ ':path': '/api/', 'x-forwarded-for': address });
    const status = async (address: string): Promise<unknown> => {
      const [headers] = (await once(ask(address).resume(), 'response')) as [{ ':status': number }];
      return headers[':status'];
    };
    const first = status('198.51.100.7');
    const second = status('198.51.100.7');
    expect(await status('198.51.100.7')).toBe(429);
    const other = status('198.51.100.8');
    while (held.length < 3) await new Promise(setImmediate);
    for (const answer of held) answer();
    expect(await Promise.all([first, second, other])).toEqual([200, 200, 200]);
  });
});
