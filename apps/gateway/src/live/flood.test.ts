import { describe, expect, it } from 'vitest';
import { useCacheClock } from '../test/cache-clock.ts';
import { Flood } from './flood.ts';

const after = useCacheClock();

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
  it('may not reconnect for ten seconds', async () => {
    const flood = new Flood(10);
    expect(flood.allows('ada', 79 * 4_096)).toBe(true);
    expect(flood.bars('ada')).toBe(false);
    expect(flood.allows('ada', 0)).toBe(false);
    expect([flood.bars('ada'), flood.bars('eve')]).toEqual([true, false]);
    await after(10_000);
    expect(flood.bars('ada')).toBe(true);
    await after(1);
    expect(flood.bars('ada')).toBe(false);
  });

  it('may send again as time goes by, at twice the rate of events', async () => {
    const flood = new Flood(10);
    expect(flood.allows('ada', 79 * 4_096)).toBe(true);
    await after(49);
    expect(flood.allows('ada', 0)).toBe(false);
    await after(1);
    expect(flood.allows('ada', 0)).toBe(true);
    expect(flood.allows('ada', 0)).toBe(false);
  });
});
