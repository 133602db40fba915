import { memorySessionPair, type SessionPair } from '@postern/mux/test';
import { turns, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Keepalive } from './keepalive.ts';
import { FakeClock } from './test/fake-clock.ts';

useLeakCheck();

const intervals = { busyMs: 10_000, idleMs: 30_000, timeoutMs: 5000 };
const pingBytes = 16;

let clock: FakeClock;
let sessions: SessionPair;
let deaths: number;

beforeEach(async () => {
  clock = new FakeClock();
  deaths = 0;
  sessions = await memorySessionPair({ gateway: { now: clock.now }, agent: { now: clock.now } });
  // The first PINGs, which measure the round trip, are answered.
  await turns();
});

afterEach(async () => {
  await sessions.close();
  expect(clock.pending).toBe(0);
});

/** Watches the gateway's session; the agent, which only answers, has no keepalive. */
function watch(): Keepalive {
  const onDead = (): void => {
    deaths++;
    sessions.gateway.close(4408, 'no answer');
  };
  return new Keepalive(sessions.gateway, { clock, intervals, onDead });
}

function mute(): void {
  sessions.transports?.gateway.mute();
  sessions.transports?.agent.mute();
}

describe('a keepalive', () => {
  it('sends a PING after every 30 s of silence', async () => {
    watch();
    const before = sessions.gateway.bytesOut;
    for (const pings of [1, 2, 3]) {
      await clock.advance(29_999);
      expect(sessions.gateway.bytesOut).toBe(before + (pings - 1) * pingBytes);
      await clock.advance(1);
      expect(sessions.gateway.bytesOut).toBe(before + pings * pingBytes);
    }
    expect([deaths, clock.pending]).toEqual([0, 1]);
  });

  it('has a single timer after a probe too', async () => {
    const keepalive = watch();
    await clock.advance(10_000);
    await keepalive.probe();
    await turns();
    expect(clock.pending).toBe(1);
  });

  it('has no timer once the tunnel is dead', async () => {
    watch();
    mute();
    await clock.advance(35_000);
    expect([deaths, clock.pending]).toEqual([1, 0]);
  });

  it('lets go of a session that was closed before it', async () => {
    sessions.gateway.close(1000, 'over');
    watch();
    await clock.advance(10_000);
    expect([deaths, clock.pending]).toEqual([0, 0]);
  });

  it.each([
    ['500 ms late', 5500, 1],
    ['later than that, because this process was stalled', 5501, 0],
  ])('takes the silence for death if its timer is %s: %d ms after the PING, %d death', async (_when, ms, expected) => {
    watch();
    mute();
    await clock.advance(30_000);
    clock.stall(ms);
    await clock.advance(0);
    expect(deaths).toBe(expected);
  });

  it('does not count a frame that arrived at the moment of the PING as an answer', async () => {
    const keepalive = watch();
    const wire = sessions.transports?.agent;
    if (wire === undefined) throw new Error('not in memory');
    const send = wire.send.bind(wire);
    // A connection that loses only PONG frames.
    wire.send = (parts) => {
      if (parts[0]?.[0] !== 10) send(parts);
    };
    await clock.advance(10_000);
    const failing = expect(keepalive.probe()).rejects.toThrow('did not answer within 5000 ms');
    sessions.agent.goAway({ code: 1001, retryAfterMs: 0 });
    await turns();
    expect(sessions.gateway.lastReceivedAt).toBe(clock.now());
    await clock.advance(5000);
    await failing;
    expect(deaths).toBe(1);
  });
});
