import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openTimers, watchTimers } from './open-timers.ts';

watchTimers();

describe('open timers', () => {
  it('are those that have neither run nor been cleared', async () => {
    const before = openTimers();
    const late = setTimeout(() => {}, 60_000);
    const repeated = setInterval(() => {}, 60_000);
    expect(openTimers() - before).toBe(2);
    clearTimeout(late);
    clearInterval(repeated);
    expect(openTimers() - before).toBe(0);
    const given = await new Promise((done) => setTimeout((...values) => done(values), 0, 1, 2));
    expect([given, openTimers() - before]).toEqual([[1, 2], 0]);
  });

  it('are not those that let the process end', () => {
    const before = openTimers();
    const timer = setTimeout(() => {}, 60_000).unref();
    expect(openTimers() - before).toBe(0);
    clearTimeout(timer);
  });

  it('can still be awaited', async () => {
    expect(await promisify(setTimeout)(0, 'later')).toBe('later');
  });
});
