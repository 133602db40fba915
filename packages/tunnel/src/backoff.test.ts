import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('backoff', () => {
  it('doubles from 1 s to 30 s', () => {
    const backoff = new Backoff({ random: () => 1 });
    const waits = Array.from({ length: 8 }, () => backoff.afterLoss(0) / 1000);
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('spreads over the whole range', () => {
    const backoff = new Backoff({ random: () => 0 });
    expect([backoff.afterLoss(0), backoff.afterLoss(0)]).toEqual([0, 0]);
    const half = new Backoff({ random: () => 0.5 });
    expect([half.afterLoss(0), half.afterLoss(0)]).toEqual([500, 1000]);
  });

  it('starts over after a connection of 60 s, and not before', () => {
    const backoff = new Backoff({ random: () => 1 });
    for (let i = 0; i < 4; i++) backoff.afterLoss(0);
    expect(backoff.afterLoss(59_999)).toBe(16_000);
    expect(backoff.afterLoss(60_000)).toBe(1000);
    expect(backoff.afterLoss(0)).toBe(2000);
  });

  it('obeys retry-after, up to a limit', () => {
    const backoff = new Backoff({ random: () => 1 });
    for (let i = 0; i < 5; i++) backoff.afterLoss(0);
    expect(backoff.afterDrain(7300)).toBe(7300);
    expect(backoff.afterDrain(0)).toBe(1000);
    expect(backoff.afterDrain(1e12)).toBe(600_000);
    expect(backoff.afterLoss(0)).toBe(1000);
  });

  it('waits minutes after a refusal and half a minute after a replacement', () => {
    const low = new Backoff({ random: () => 0 });
    const high = new Backoff({ random: () => 1 });
    expect([low.afterRefusal(), high.afterRefusal()]).toEqual([120_000, 300_000]);
    expect([low.afterReplacement(), high.afterReplacement()]).toEqual([30_000, 60_000]);
  });
});
