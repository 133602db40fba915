// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connection } from '#features/freshness/connection.ts';
import { Monitor, type MonitorPorts } from './monitor.ts';

let answers: { http: 'answers' | 'silent' | 'fails'; socket: 'answers' | 'silent' };
let asked: { http: number; socket: number };
let dropped: number;
let reconnected: number;
let lost: boolean[];
let monitor: Monitor;
let visibility: DocumentVisibilityState;

const silent = (signal?: AbortSignal) =>
  new Promise<number>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

function monitorOf(over: Partial<MonitorPorts> = {}): Monitor {
  return new Monitor({
    askHttp: (signal) => {
      asked.http++;
      if (answers.http === 'silent') return silent(signal);
      return answers.http === 'answers' ? Promise.resolve(12) : Promise.reject(new TypeError('refused'));
    },
    askSocket: () => {
      asked.socket++;
      return answers.socket === 'answers' ? Promise.resolve(8) : silent();
    },
    dropSocket: () => {
      dropped++;
      monitor.note({ type: 'closed' });
    },
    reconnectSocket: () => reconnected++,
    onHttpLost: (isLost) => {
      if (lost.at(-1) !== isLost) lost.push(isLost);
    },
    sharesConnection: true,
    ...over,
  });
}

async function start(over: Partial<MonitorPorts> = {}): Promise<void> {
  monitor = monitorOf(over);
  monitor.start();
  monitor.note({ type: 'opened' });
  monitor.note({ type: 'statuses', by: 'events' });
  await vi.advanceTimersByTimeAsync(500);
}

const state = () => connection.get().freshness.state;

function show(next: DocumentVisibilityState): void {
  visibility = next;
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  vi.useFakeTimers();
  answers = { http: 'answers', socket: 'answers' };
  asked = { http: 0, socket: 0 };
  dropped = 0;
  reconnected = 0;
  lost = [];
  visibility = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
});
afterEach(() => {
  monitor.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('asks each way once in 1.5 s, and publishes the round trip of the live connection', async () => {
  await start();
  expect(connection.get()).toMatchObject({ freshness: { state: 'live' }, hasSocket: true, roundTripMs: 8 });
  const before = { ...asked };
  await vi.advanceTimersByTimeAsync(15_000);
  expect(asked.http - before.http).toBeLessThanOrEqual(12);
  expect(asked.socket - before.socket).toBeLessThanOrEqual(12);
  expect(state()).toBe('live');
});

it('asks for nothing but the round trip of the live connection while there is traffic', async () => {
  await start();
  const before = { ...asked };
  for (let second = 0; second < 10; second++) {
    monitor.note({ type: 'heard', channel: 'http' });
    monitor.note({ type: 'heard', channel: 'socket' });
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(asked).toEqual({ http: before.http, socket: before.socket + 2 });
});

it('breaks off requests within 5 s of silence, asks again on and on, and connects at once when there is an answer', async () => {
  await start();
  answers = { http: 'silent', socket: 'silent' };
  const before = asked.http;
  await vi.advanceTimersByTimeAsync(4_500);
  expect(state()).toBe('stale');
  expect(lost).toEqual([false, true]);
  expect(dropped).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.http - before).toBeGreaterThanOrEqual(5);
  answers.http = 'answers';
  await vi.advanceTimersByTimeAsync(2_750);
  expect(lost).toEqual([false, true, false]);
  expect(reconnected).toBe(1);
  expect(state()).toBe('catching-up');
});

it('needs two refused requests, within a second, to call the gateway unreachable', async () => {
  await start();
  answers.http = 'fails';
  monitor.note({ type: 'closed' });
  await vi.advanceTimersByTimeAsync(0);
  expect(state()).toBe('catching-up');
  await vi.advanceTimersByTimeAsync(750);
  expect(state()).toBe('stale');
});

it('asks for nothing while hidden for more than 30 s, and for both ways when shown again', async () => {
  await start();
  show('hidden');
  await vi.advanceTimersByTimeAsync(30_500);
  expect(state()).toBe('paused');
  const before = { ...asked };
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(asked).toEqual(before);
  answers = { http: 'silent', socket: 'silent' };
  show('visible');
  expect(state()).toBe('catching-up');
  expect(asked).toEqual({ http: before.http + 1, socket: before.socket + 1 });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(state()).toBe('stale');
});

it('takes a stop of its own timer for sleep, after which nothing is known', async () => {
  await start();
  answers = { http: 'silent', socket: 'silent' };
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(250);
  expect(state()).toBe('catching-up');
});

it('asks at once when the browser says that the network has changed', async () => {
  await start();
  const before = { ...asked };
  window.dispatchEvent(new Event('offline'));
  expect(asked).toEqual({ http: before.http + 1, socket: before.socket + 1 });
  expect(state()).toBe('live');
});

it('sends no requests beside a live connection over HTTP/1.1, where they may have to wait for each other', async () => {
  await start({ sharesConnection: false });
  const before = asked.http;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.http - before).toBe(0);
  monitor.note({ type: 'closed' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.http - before).toBeGreaterThanOrEqual(5);
});
