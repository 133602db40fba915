import { expect, it } from 'vitest';
import { Stillness } from './linger.ts';

const still = { bytes: 7, waitsForCluster: false };

it('counts from the last movement, not from the first look', () => {
  const stillness = new Stillness(30);
  expect(stillness.look(still, 0)).toBe(false);
  expect(stillness.look(still, 29)).toBe(false);
  expect(stillness.look({ ...still, bytes: 8 }, 29)).toBe(false);
  expect(stillness.look({ ...still, bytes: 8 }, 58)).toBe(false);
  expect(stillness.look({ ...still, bytes: 8 }, 59)).toBe(true);
});

it('counts nothing while bytes wait for the cluster', () => {
  const stillness = new Stillness(30);
  for (let now = 0; now < 1_000; now += 10) {
    expect(stillness.look({ ...still, waitsForCluster: true }, now)).toBe(false);
  }
  expect(stillness.look(still, 1_010)).toBe(false);
  expect(stillness.look(still, 1_030)).toBe(true);
});
