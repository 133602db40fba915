import { expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

it('takes several at once or none, and first pays off what was charged', () => {
  let now = 0;
  const limiter = new RateLimiter(() => now);
  const rate = { most: 10, perMs: 10_000 };
  expect([limiter.take('a', rate, 7), limiter.take('a', rate, 4), limiter.take('a', rate, 3)]).toEqual([0, 1, 0]);
  limiter.charge('a', rate, 5);
  expect(limiter.take('a', rate)).toBe(6);
  limiter.charge('a', rate, 1_000);
  expect(limiter.take('a', rate)).toBe(11);
  now = 11_000;
  expect([limiter.take('a', rate), limiter.take('a', rate)]).toEqual([0, 1]);
});

it('allows a burst, then one at a time as the bucket refills', () => {
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
