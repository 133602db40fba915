import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../model/quantity.ts';
import { humanDuration } from '../tables/age.ts';
import { SimulationClock } from './clock.ts';
import { matchesCron } from './cron.ts';

describe('the clock', () => {
  it('runs past timers in order, including those added meanwhile', () => {
    const clock = new SimulationClock(0);
    const seen: [string, number][] = [];
    clock.after(50, () => seen.push(['late', clock.now()]));
    clock.after(10, () => {
      seen.push(['first', clock.now()]);
      clock.after(15, () => seen.push(['then', clock.now()]));
    });
    clock.after(20, () => seen.push(['never', clock.now()]))();
    clock.playUntil(40);
    expect(seen).toEqual([
      ['first', 10],
      ['then', 25],
    ]);
    expect(clock.now()).toBe(40);
    clock.stop();
  });

  it('runs the remaining timers once it is live', async () => {
    const clock = new SimulationClock(Date.now() - 1_000);
    const ran = new Promise<void>((resolve) => clock.after(1_010, resolve));
    clock.goLive();
    await ran;
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(100);
    clock.stop();
  });

  it('starts no timer once it was stopped', async () => {
    const clock = new SimulationClock(Date.now());
    clock.goLive();
    clock.stop();
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    clock.after(60_000, () => {});
    expect(timers()).toBe(before);
  });
});

it('shows durations as kubectl does', () => {
  const [s, m, h, d] = [1_000, 60_000, 3_600_000, 86_400_000];
  const cases: [number, string][] = [
    [0, '0s'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [3 * m + 5 * s, '3m5s'],
    [10 * m + 30 * s, '10m'],
    [179 * m, '179m'],
    [3 * h + 12 * m, '3h12m'],
    [8 * h, '8h'],
    [47 * h, '47h'],
    [2 * d + 3 * h, '2d3h'],
    [8 * d + 5 * h, '8d'],
    [800 * d, '2y70d'],
  ];
  for (const [span, text] of cases) expect(humanDuration(span)).toBe(text);
});

it('reads quantities', () => {
  expect(['250m', '1Gi', '2', '1.5k', '1e3'].map(parseQuantity)).toEqual([0.25, 2 ** 30, 2, 1_500, 1_000]);
  expect(parseQuantity('100n')).toBeCloseTo(1e-7, 12);
  expect(parseQuantity('many')).toBeUndefined();
});

it('decides when a schedule is due', () => {
  const at = (time: string) => Date.parse(`2026-11-21T${time}:00Z`);
  expect(matchesCron('*/5 * * * *', at('10:15'))).toBe(true);
  expect(matchesCron('*/5 * * * *', at('10:16'))).toBe(false);
  expect(matchesCron('0 3 * * 6', at('03:00'))).toBe(true);
  expect(matchesCron('0 3 * * 1-5', at('03:00'))).toBe(false);
  expect(matchesCron('15,45 8-18 * * *', at('18:45'))).toBe(true);
  expect(matchesCron('5/10 * * * *', at('10:25'))).toBe(true);
  expect(matchesCron('nonsense', at('10:00'))).toBe(false);
});
