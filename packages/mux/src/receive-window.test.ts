import { describe, expect, it } from 'vitest';
import { initialWindow } from './options.ts';
import { ReceiveWindow, type WindowHost } from './receive-window.ts';

const KiB = 1024;

function host(options: { roundTripMs?: number; budget?: number; maxWindow?: number } = {}) {
  const state = { time: 0 };
  const view: WindowHost = {
    budget: { left: options.budget ?? 64 * KiB * KiB },
    maxWindow: options.maxWindow ?? 8 * KiB * KiB,
    roundTripMs: options.roundTripMs,
    now: () => state.time,
  };
  return { state, view };
}

describe('a receive window', () => {
  it('takes what it granted and not a byte more', () => {
    const window = new ReceiveWindow(host().view);
    expect(window.receive(initialWindow)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it('gives credit only once half was consumed', () => {
    const window = new ReceiveWindow(host().view);
    window.receive(initialWindow);
    expect(window.consume(initialWindow / 2 - 1)).toBe(0);
    expect(window.consume(1)).toBe(initialWindow / 2);
    expect(window.receive(initialWindow / 2)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it('doubles while the reader is faster than two round trips, up to the largest', () => {
    const { state, view } = host({ roundTripMs: 50 });
    const window = new ReceiveWindow(view);
    const sizes: number[] = [];
    for (let i = 0; i < 7; i++) {
      const half = window.size / 2;
      expect(window.receive(half)).toBe(true);
      const before = window.size;
      state.time += 99;
      expect(window.consume(half)).toBe(half + window.size - before);
      sizes.push(window.size / KiB);
    }
    expect(sizes).toEqual([512, 1024, 2048, 4096, 8192, 8192, 8192]);
  });

  it('stays as it is for a terminal', () => {
    const { view } = host({ roundTripMs: 50 });
    const window = new ReceiveWindow(view, { fixed: true });
    expect(window.consume(initialWindow / 2)).toBe(initialWindow / 2);
    expect(window.size).toBe(initialWindow);
  });

  it('grows on a shorter line too when half of it was consumed within 20 ms, and not later', () => {
    const { state, view } = host({ roundTripMs: 0.1 });
    const window = new ReceiveWindow(view);
    state.time += 19;
    expect(window.consume(initialWindow / 2)).toBe(initialWindow * 1.5);
    state.time += 20;
    expect(window.consume(initialWindow)).toBe(initialWindow);
    expect(window.size).toBe(initialWindow * 2);
  });

  it.each([
    ['the reader is slow', { roundTripMs: 50 }, 100],
    ['the round trip is not known', {}, 0],
    ['the budget is spent', { roundTripMs: 50, budget: 0 }, 1],
  ])('does not grow when %s', (_name, options, tookMs) => {
    const { state, view } = host(options);
    const window = new ReceiveWindow(view);
    window.receive(initialWindow);
    state.time += tookMs;
    expect(window.consume(initialWindow / 2)).toBe(initialWindow / 2);
    expect(window.size).toBe(initialWindow);
  });

  it('returns what it borrowed', () => {
    const { view } = host({ roundTripMs: 50, budget: initialWindow });
    const window = new ReceiveWindow(view);
    window.receive(initialWindow);
    window.consume(initialWindow / 2);
    expect([window.size, view.budget.left]).toEqual([2 * initialWindow, 0]);
    window.release();
    expect(view.budget.left).toBe(initialWindow);
  });
});
