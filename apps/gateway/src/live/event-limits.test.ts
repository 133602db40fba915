import { beforeEach, describe, expect, it } from 'vitest';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { FakeLiveSocket } from '../test/fake-live.ts';
import { limitEvents } from './event-limits.ts';

let limits: Limits;
let socket: FakeLiveSocket;
/** The events that reached their handlers. */
let handled: string[];

beforeEach(() => {
  // Allows 40 events at once.
  limits = new Limits({ ...defaultLimits, liveEventsPerUser: 10 }, () => 0);
  socket = new FakeLiveSocket();
  limitEvents(socket.asLive, limits);
  handled = [];
  for (const event of ['clusters:watch', 'terminal:input', 'terminal:ack', 'unknown']) {
    socket.on(event, () => handled.push(event));
  }
});

/** Uses up events. @returns whether that many were left. */
const use = (count: number): boolean => limits.take('liveEventsPerUser', 'ada', count) === 0;

describe('the cost of an event', () => {
  it.each([
    ['clusters:watch', 25],
    ['clusters:unwatch', 1],
    ['terminal:open', 10],
    ['terminal:input', 1],
    ['terminal:resize', 1],
    ['terminal:ack', 1],
    ['terminal:close', 1],
    ['terminal:ping', 1],
    ['unknown', 1],
  ])('%s is %i', (event, cost) => {
    socket.receive(event, {});
    expect([use(40 - cost), use(1)]).toEqual([true, false]);
  });

  it('is nothing for acknowledgements of output, as many as are outstanding', () => {
    socket.data.acksOwed = 2;
    socket.receive('terminal:input', {});
    expect(socket.data.acksOwed).toBe(2);
    for (let count = 0; count < 3; count++) socket.receive('terminal:ack', {});
    expect(socket.data.acksOwed).toBe(0);
    expect(handled).toEqual(['terminal:input', 'terminal:ack', 'terminal:ack', 'terminal:ack']);
    expect([use(38), use(1)]).toEqual([true, false]);
  });
});

describe('beyond the limit', () => {
  beforeEach(() => {
    use(40);
  });

  it.each([
    ['terminal:ping', 1, 'Too many events. Try again in 1 second.'],
    ['clusters:watch', 3, 'Too many events. Try again in 3 seconds.'],
    ['unknown', 1, 'Too many events. Try again in 1 second.'],
  ])('%s is only told when to retry', async (event, retryAfterSeconds, message) => {
    expect(await socket.ask(event, {})).toEqual({ error: { code: 'limit', message, retryAfterSeconds } });
    expect(handled).toEqual([]);
  });

  it('an event without an acknowledgement is still handled', () => {
    socket.receive('terminal:input', {});
    socket.receive('clusters:watch', {}, 'no function');
    expect(handled).toEqual(['terminal:input', 'clusters:watch']);
  });
});

it('an unknown event is refused', async () => {
  expect(await socket.ask('unknown', {})).toEqual({
    error: { code: 'invalid-request', message: 'There is no such event.' },
  });
  socket.receive('unknown');
  expect(handled).toEqual([]);
});
