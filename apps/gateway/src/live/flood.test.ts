import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Flood } from './flood.ts';

// Not 0, which lru-cache treats as no start time.
let now = 1_000;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // lru-cache, which keeps who is barred, has its own reference to `performance`, so its method must be replaced.
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function after(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

it.each([
  [0, 80],
  [4_095, 80],
  [4_096, 40],
  [8_191, 40],
  [8_192, 26],
])('a message of %i bytes may be sent %i times at once', (bytes, times) => {
  const flood = new Flood(10);
  for (let count = 0; count < times; count++) expect(flood.allows('ada', bytes)).toBe(true);
  expect(flood.allows('ada', bytes)).toBe(false);
});

describe('a person who was cut off', () => {
  it('may not reconnect for ten seconds', () => {
    const flood = new Flood(10);
    expect(flood.allows('ada', 79 * 4_096)).toBe(true);
    expect(flood.bars('ada')).toBe(false);
    expect(flood.allows('ada', 0)).toBe(false);
    expect([flood.bars('ada'), flood.bars('eve')]).toEqual([true, false]);
    after(10_000);
    expect(flood.bars('ada')).toBe(true);
    after(1);
    expect(flood.bars('ada')).toBe(false);
  });

  it('may send again as time goes by, at twice the rate of events', () => {
    const flood = new Flood(10);
    expect(flood.allows('ada', 79 * 4_096)).toBe(true);
    after(49);
    expect(flood.allows('ada', 0)).toBe(false);
    after(1);
    expect(flood.allows('ada', 0)).toBe(true);
    expect(flood.allows('ada', 0)).toBe(false);
  });
});
