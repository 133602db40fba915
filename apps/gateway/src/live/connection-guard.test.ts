import { EventEmitter, once } from 'node:events';
import { useLeakCheck } from '@postern/testkit';
import type { Socket as EngineSocket } from 'engine.io';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionGuard } from './connection-guard.ts';
import { Flood } from './flood.ts';
import { Unread, unreadLimits } from './unread.ts';

useLeakCheck();

/** The WebSocket of a connection. */
class StubWebSocket extends EventEmitter {
  bufferedAmount = 0;
  readonly pongs: string[] = [];
  readonly #calls: unknown[][];

  constructor(calls: unknown[][]) {
    super();
    this.#calls = calls;
  }

  pong(data: Buffer): void {
    this.pongs.push(String(data));
  }

  close(code: number, reason: string): void {
    this.#calls.push(['close the WebSocket', code, reason]);
  }

  terminate(): void {
    this.#calls.push(['terminate']);
    this.emit('close');
  }
}

/** engine.io's connection above the WebSocket. */
class StubConnection extends EventEmitter {
  /** What was called to end the connection, on either level, in order. */
  readonly calls: unknown[][] = [];
  readonly ws = new StubWebSocket(this.calls);
  readonly transport = Object.assign(new EventEmitter(), { socket: this.ws });

  close(isDiscarded = false): void {
    this.calls.push([isDiscarded ? 'close and discard' : 'close after everything sent']);
  }
}

let flood: Flood;
let unread: Unread;
let lines: string[];
let guarded: StubConnection[];

beforeEach(() => {
  // Allows 80 small messages at once.
  flood = new Flood(10, () => 0);
  unread = new Unread();
  lines = [];
  guarded = [];
});
afterEach(() => {
  vi.useRealTimers();
  for (const { ws } of guarded) ws.emit('close');
});

function connect(): { guard: ConnectionGuard; connection: StubConnection; ws: StubWebSocket } {
  const connection = new StubConnection();
  guarded.push(connection);
  const guard = new ConnectionGuard(connection as unknown as EngineSocket, {
    userId: 'ada',
    flood,
    unread,
    logger: pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) }),
  });
  return { guard, connection, ws: connection.ws };
}

const text = Buffer.from('4');
const cutOff = (code: number, reason: string): unknown[][] => [
  ['close the WebSocket', code, reason],
  ['close after everything sent'],
  ['close and discard'],
];

it('answers pings, except while 64 KiB wait for the browser', () => {
  const { ws } = connect();
  for (const [waiting, name] of [
    [0, 'idle'],
    [64 * 1024 - 1, 'busy'],
    [64 * 1024, 'full'],
    [1, 'read again'],
  ] as const) {
    ws.bufferedAmount = waiting;
    ws.emit('ping', Buffer.from(name));
  }
  expect(ws.pongs).toEqual(['idle', 'busy', 'read again']);
});

it('reports each time that the WebSocket has taken everything', () => {
  const { guard, connection } = connect();
  let taken = 0;
  guard.onTaken(() => taken++);
  connection.transport.emit('drain');
  connection.transport.emit('drain');
  expect(taken).toBe(2);
});

describe('bytes that wait', () => {
  it.each([
    ['no data', undefined, 128],
    ['text', 'abc', 131],
    ['a buffer', Buffer.alloc(3), 131],
    ['an array of wider numbers', new Uint16Array(2), 132],
    ['an ArrayBuffer', new ArrayBuffer(5), 133],
    ['several buffers', [Buffer.alloc(2), Buffer.alloc(4)], 134],
    ['data of another type', { length: 7, byteLength: 7 }, 128],
  ])('include a queued packet with %s, until it is passed to the WebSocket', (_, data, bytes) => {
    const { guard, connection, ws } = connect();
    ws.bufferedAmount = 1_000;
    connection.emit('packetCreate', { data });
    expect(guard.unread()).toBe(1_000 + bytes);
    connection.emit('packetCreate', { data });
    expect(guard.unread()).toBe(1_000 + 2 * bytes);
    connection.emit('flush');
    expect(guard.unread()).toBe(1_000);
  });

  it('cut a connection off at once if they are too many', () => {
    const { connection, ws } = connect();
    ws.bufferedAmount = unreadLimits.connection - 128;
    connection.emit('packetCreate', {});
    expect(connection.calls).toEqual([]);
    connection.emit('packetCreate', {});
    const reason = 'the browser does not read what it is sent';
    expect(connection.calls).toEqual([...cutOff(4408, reason), ['terminate']]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ userId: 'ada', reason })]);
  });

  it('no longer count for their person once their connection has closed', () => {
    const others = Array.from({ length: unreadLimits.person / unreadLimits.connection }, connect);
    for (const { ws } of others) ws.bufferedAmount = unreadLimits.connection;
    const { connection, ws } = connect();
    ws.bufferedAmount = unreadLimits.hold;
    others[0]?.ws.emit('close');
    connection.emit('packetCreate', {});
    expect(connection.calls).toEqual([]);
    connect().ws.bufferedAmount = unreadLimits.connection;
    connection.emit('packetCreate', {});
    expect(connection.calls).toContainEqual(['terminate']);
  });
});

describe('a browser', () => {
  it('may send one attachment after each text, and one before any', () => {
    const { connection, ws } = connect();
    for (const isBinary of [true, false, true, false, false, true]) ws.emit('message', text, isBinary);
    expect(connection.calls).toEqual([]);
  });

  it('that sends two attachments in a row is cut off, once', () => {
    const { connection, ws } = connect();
    for (let count = 0; count < 4; count++) ws.emit('message', text, true);
    const reason = 'more than one attachment';
    expect(connection.calls).toEqual(cutOff(4400, reason));
    expect(lines.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ userId: 'ada', reason })]);
  });

  it.each([
    ['messages', (ws: StubWebSocket) => ws.emit('message', text, false)],
    ['pings', (ws: StubWebSocket) => ws.emit('ping', text)],
    ['pongs', (ws: StubWebSocket) => ws.emit('pong', text)],
  ])('that sends too many %s is cut off, and gets no more answers', (_, send) => {
    const { connection, ws } = connect();
    for (let count = 0; count < 80; count++) send(ws);
    const { length } = ws.pongs;
    expect(connection.calls).toEqual([]);
    send(ws);
    expect(connection.calls).toEqual(cutOff(4429, 'too many messages: try again in a few seconds'));
    ws.emit('ping', text);
    expect(ws.pongs).toHaveLength(length);
  });
});

describe('the end of a connection', () => {
  it('comes after everything sent, and nothing more is received or counted', () => {
    const { guard, connection, ws } = connect();
    guard.end();
    guard.end();
    for (let count = 0; count < 100; count++) ws.emit('message', text, true);
    ws.emit('ping', text);
    ws.bufferedAmount = unreadLimits.connection + 1;
    connection.emit('packetCreate', {});
    expect(connection.calls).toEqual([['close after everything sent']]);
    expect(ws.pongs).toEqual([]);
    expect(flood.allows('ada', 79 * 4_096)).toBe(true);
    expect(lines).toEqual([]);
  });

  it('does not wait for a browser that never answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { guard, connection, ws } = connect();
    const closed = once(ws, 'close');
    guard.end();
    vi.advanceTimersByTime(999);
    expect(connection.calls).toEqual([['close after everything sent']]);
    vi.advanceTimersByTime(1);
    await closed;
    expect(connection.calls).toEqual([['close after everything sent'], ['terminate']]);
  });
});
