import { expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

it('lets so many through at once, then one each time there is one again', () => {
  let now = 0;
  const limiter = new RateLimiter(() => now);
  const rate = { most: 3, perMs: 60_000 };
  const take = (key = 'a') => limiter.take(key, rate);
  expect([take(), take(), take(), take(), take()]).toEqual([0, 0, 0, 20, 20]);
  expect(take('b')).toBe(0);
  now = 19_999;
  expect(take()).toBe(1);
  now = 20_001;
  expect([take(), take()]).toEqual([0, 20]);
  now = 10_000_000;
  expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 20]);
  limiter.forget('a');
  expect(take()).toBe(0);
});
