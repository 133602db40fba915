import { describe, expect, it } from 'vitest';
import { formatAge } from './age.ts';
import { formatBytes } from './bytes.ts';
import { formatClock } from './clock.ts';
import { formatCores, parseQuantity } from './quantity.ts';

describe('formatAge', () => {
  it.each([
    [-5, '0s'],
    [999, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_599_999, '59m'],
    [3_600_000, '1h'],
    [3_600_000 * 3 + 60_000 * 12, '3h 12m'],
    [86_400_000 * 2 + 3_600_000 * 4, '2d 4h'],
    [86_400_000 * 45, '45d'],
    [86_400_000 * 385, '1y 20d'],
  ])('%d ms is %s', (ms, text) => expect(formatAge(ms)).toBe(text));
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1_509_949, '1.44 MiB'],
    [1024 * 1024 - 1, '1 MiB'],
    [100 * 1024, '100 KiB'],
    [312 * 1024 ** 3, '312 GiB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('parseQuantity', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['1500000n', 0.0015],
    ['1Gi', 1024 ** 3],
    ['1.5Mi', 1.5 * 1024 ** 2],
    ['128974848', 128_974_848],
    ['129e6', 129_000_000],
    ['129M', 129_000_000],
    ['1k', 1000],
    ['1E', 1e18],
  ])('%s', (text, value) => expect(parseQuantity(text)).toBeCloseTo(value, 9));
  it.each(['', 'Gi', '1 Gi', '1gi', '1K', 'x1'])('%j is invalid', (text) => expect(parseQuantity(text)).toBeNaN());
});

it('formats cores', () => {
  expect([0, 0.25, 0.9999, 1, 1.5, 12.345].map(formatCores)).toEqual(['0m', '250m', '1', '1', '1.5', '12.35']);
});

describe('formatClock', () => {
  it('names the day only if it is not today', () => {
    const at = new Date(2026, 0, 5, 9, 3);
    expect(formatClock(at, new Date(2026, 0, 5, 23, 59))).toBe('09:03');
    expect(formatClock(at, new Date(2026, 0, 6, 0, 0))).toBe('Mon 09:03');
  });
});
