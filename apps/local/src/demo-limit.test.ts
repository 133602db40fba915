import { expect, it } from 'vitest';
import { mostDemos } from './demo-limit.ts';

const GiB = 1024 ** 3;

it('leaves half of the memory to everything else, with room for 64 demos in 16 GiB', () => {
  expect(mostDemos(16 * GiB)).toBeGreaterThanOrEqual(64);
  expect(mostDemos(8 * GiB)).toBeLessThan(mostDemos(16 * GiB));
  expect(mostDemos(GiB)).toBe(8);
  expect(mostDemos(1_024 * GiB)).toBe(128);
});
