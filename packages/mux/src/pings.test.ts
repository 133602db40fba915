import { describe, expect, it } from 'vitest';
import { SessionClosedError } from './errors.ts';
import { Pings } from './pings.ts';

/** Pings with a clock that the test moves. */
function clocked(): { pings: Pings; pass(ms: number): void; measure(ms: number): Promise<number> } {
  let time = 1000;
  const pings = new Pings(() => time);
  const pass = (ms: number): void => {
    time += ms;
  };
  const measure = (ms: number): Promise<number> => {
    const { opaque, answer } = pings.start();
    pass(ms);
    pings.onPong(opaque);
    return answer;
  };
  return { pings, pass, measure };
}

describe('the round trip', () => {
  it('is the time from a PING to its PONG, and the lowest sample counts', async () => {
    const { pings, measure } = clocked();
    expect(pings.roundTripMs).toBeUndefined();
    expect(await measure(7)).toBe(7);
    expect(await measure(3)).toBe(3);
    expect(await measure(9)).toBe(9);
    expect(pings.roundTripMs).toBe(3);
  });

  it('forgets all but the last 64 samples', async () => {
    const { pings, measure } = clocked();
    await measure(1);
    for (let i = 1; i < 64; i++) await measure(5);
    expect(pings.roundTripMs).toBe(1);
    await measure(5);
    expect(pings.roundTripMs).toBe(5);
  });

  it('wants four samples, one at a time', async () => {
    const { pings, measure } = clocked();
    const wants = [pings.wantsMore];
    for (let i = 0; i < 4; i++) {
      await measure(1);
      wants.push(pings.wantsMore);
    }
    expect(wants).toEqual([true, true, true, true, false]);
    const waiting = clocked().pings;
    waiting.start();
    expect(waiting.wantsMore).toBe(false);
  });
});

it('says when the last PING was sent', () => {
  const { pings, pass } = clocked();
  expect(pings.lastSentAt).toBe(Number.NEGATIVE_INFINITY);
  pass(5);
  pings.start();
  pass(5);
  expect(pings.lastSentAt).toBe(1005);
});

describe('a PONG counts only', () => {
  it('if it matches a PING', () => {
    const { pings } = clocked();
    pings.onPong(Buffer.alloc(8));
    expect(pings.roundTripMs).toBeUndefined();
  });

  it('once', () => {
    const { pings, pass } = clocked();
    const { opaque } = pings.start();
    pass(9);
    pings.onPong(opaque);
    for (let i = 0; i < 3; i++) pings.onPong(opaque);
    expect(pings.wantsMore).toBe(true);
  });

  it('until the session has ended', async () => {
    const { pings } = clocked();
    const { opaque, answer } = pings.start();
    pings.fail('the tunnel was closed');
    await expect(answer).rejects.toThrow(new SessionClosedError('the tunnel was closed'));
    pings.onPong(opaque);
    expect(pings.roundTripMs).toBeUndefined();
  });
});
