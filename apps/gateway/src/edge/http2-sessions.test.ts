import { EventEmitter } from 'node:events';
import { constants, type Http2SecureServer, type Http2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cutOff, raiseSession, watchSessions } from './http2-sessions.ts';
import { edgeLimits } from './limits.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const limits = {
  ...edgeLimits,
  headersTimeoutMs: 10,
  keepAliveMs: 20,
  idleSessionMs: 50,
  stalledMs: 30,
  controlFrameBurst: 3,
  controlFrameRate: 2,
};

/** A session that a test ends, and what was done to it. */
class FakeSession extends EventEmitter {
  destroyed = false;
  readonly done: unknown[] = [];
  close(): void {
    this.done.push('close');
  }
  destroy(): void {
    this.done.push('destroy');
    this.destroyed = true;
    this.emit('close');
  }
  goaway(code: number): void {
    this.done.push(['goaway', code]);
  }
  settings(settings: object): void {
    this.done.push(settings);
  }
  setLocalWindowSize(bytes: number): void {
    this.done.push(['window', bytes]);
  }
  /** A new stream. @returns a function that closes it. */
  stream(): () => void {
    const stream = new EventEmitter();
    this.emit('stream', stream);
    return () => void stream.emit('close');
  }
}

function start(count = 1): { sessions: FakeSession[]; all: ReturnType<typeof watchSessions> } {
  const server = new EventEmitter();
  const all = watchSessions(server as Http2SecureServer, limits);
  const sessions = Array.from({ length: count }, () => new FakeSession());
  for (const session of sessions) server.emit('session', session);
  return { sessions, all };
}
function startOne(): FakeSession {
  return start().sessions[0] as FakeSession;
}
const raise = (session: FakeSession): void => raiseSession(session as unknown as Http2Session);

describe('an HTTP/2 connection', () => {
  it('ends if no stream is opened in time', () => {
    const session = startOne();
    vi.advanceTimersByTime(9);
    expect(session.done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(session.done).toEqual(['destroy']);
  });

  it('may be quiet while a stream is open, and is closed when the last one has been closed for long', () => {
    const session = startOne();
    const [first, second] = [session.stream(), session.stream()];
    first();
    vi.advanceTimersByTime(1_000);
    second();
    vi.advanceTimersByTime(19);
    const third = session.stream();
    vi.advanceTimersByTime(1_000);
    third();
    vi.advanceTimersByTime(19);
    expect(session.done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(session.done).toEqual(['close']);
  });

  it('that is closed and does not end is cut off', () => {
    const session = startOne();
    session.stream()();
    vi.advanceTimersByTime(20 + 29);
    expect(session.done).toEqual(['close']);
    vi.advanceTimersByTime(1);
    expect(session.done).toEqual(['close', 'destroy']);
  });

  it.each([
    ['before its first stream', () => {}],
    ['after its last stream', (session: FakeSession) => session.stream()()],
    [
      'when it is closed for being idle',
      (session: FakeSession) => {
        session.stream()();
        vi.advanceTimersByTime(20);
      },
    ],
    [
      'before its last stream',
      (session: FakeSession) => {
        const close = session.stream();
        session.destroy();
        close();
      },
    ],
  ])('that ends %s leaves no timer', (_when, act) => {
    const session = startOne();
    act(session);
    session.destroyed = true;
    session.emit('close');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is raised once, and may then be idle for longer', () => {
    const session = startOne();
    const close = session.stream();
    raise(session);
    raise(session);
    const raised = [{ maxConcurrentStreams: 256, initialWindowSize: 1_048_576 }, ['window', 4_194_304]];
    expect(session.done).toEqual(raised);
    close();
    vi.advanceTimersByTime(49);
    expect(session.done).toEqual(raised);
    vi.advanceTimersByTime(1);
    expect(session.done).toEqual([...raised, 'close']);
  });

  it('is not raised when it is gone, or unknown', () => {
    const session = startOne();
    session.destroy();
    const unknown = new FakeSession();
    for (const one of [session, unknown]) raise(one);
    raiseSession(undefined);
    expect([session.done, unknown.done]).toEqual([['destroy'], []]);
  });

  it('ends after an error', () => {
    const session = startOne();
    session.emit('error', new Error('a frame that is too long'));
    expect(session.done).toEqual(['destroy']);
  });
});

describe('all HTTP/2 connections', () => {
  it.each(['close', 'destroy'] as const)('that are open end on %s', (how) => {
    const { sessions, all } = start(3);
    sessions[1]?.emit('close');
    all[how]();
    expect(sessions.map(({ done }) => done)).toEqual([[how], [], [how]]);
  });
});

describe('frames that must be answered', () => {
  const calm = [['goaway', constants.NGHTTP2_ENHANCE_YOUR_CALM], 'destroy'];

  it('end their connection beyond the burst', () => {
    const session = startOne();
    for (const frame of ['ping', 'remoteSettings', 'ping']) session.emit(frame);
    expect(session.done).toEqual([]);
    session.emit('remoteSettings');
    expect(session.done).toEqual(calm);
  });

  it('may come at the rate for ever', () => {
    const session = startOne();
    session.stream();
    for (let count = 0; count < 3; count++) session.emit('ping');
    for (let count = 0; count < 100; count++) {
      vi.advanceTimersByTime(500);
      session.emit('ping');
    }
    expect(session.done).toEqual([]);
    vi.advanceTimersByTime(499);
    session.emit('ping');
    expect(session.done).toEqual(calm);
  });

  it('are allowed no more than a burst after any pause', () => {
    const session = startOne();
    session.stream();
    vi.advanceTimersByTime(3_600_000);
    for (let count = 0; count < 3; count++) session.emit('ping');
    expect(session.done).toEqual([]);
    session.emit('ping');
    expect(session.done).toEqual(calm);
  });
});

it('cuts off a connection only once', () => {
  const session = startOne();
  for (let count = 0; count < 2; count++) cutOff(session as unknown as Http2Session);
  expect(session.done).toEqual([['goaway', constants.NGHTTP2_ENHANCE_YOUR_CALM], 'destroy']);
});
