import { describe, expect, it } from 'vitest';
import { initialWindow } from './options.ts';
import { ReceiveWindow, WindowBudget, type WindowHost } from './receive-window.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const sizes = { initial: initialWindow, max: 8 * MiB };

function host(options: { roundTripMs?: number; budget?: number } = {}) {
  const state = { time: 0 };
  const view: WindowHost = {
    budget: new WindowBudget(options.budget ?? 24 * MiB),
    roundTripMs: options.roundTripMs,
    now: () => state.time,
  };
  return { state, view };
}

describe('a receive window', () => {
  it('accepts what it granted and not a byte more', () => {
    const window = new ReceiveWindow(host().view, sizes);
    expect(window.receive(initialWindow)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it('grants credit only once half of it was consumed', () => {
    const window = new ReceiveWindow(host().view, sizes);
    window.receive(initialWindow);
    expect(window.consume(initialWindow / 2 - 1)).toBe(0);
    expect(window.consume(1)).toBe(initialWindow / 2);
    expect(window.receive(initialWindow / 2)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it('doubles while the reader is faster than two round trips, up to the maximum', () => {
    const { state, view } = host({ roundTripMs: 50 });
    const window = new ReceiveWindow(view, sizes);
    const seen: number[] = [];
    for (let i = 0; i < 7; i++) {
      const half = window.size / 2;
      expect(window.receive(half)).toBe(true);
      const before = window.size;
      state.time += 99;
      expect(window.consume(half)).toBe(half + window.size - before);
      seen.push(window.size / KiB);
    }
    expect(seen).toEqual([512, 1024, 2048, 4096, 8192, 8192, 8192]);
  });

  it('does not grow for a terminal', () => {
    const { view } = host({ roundTripMs: 50 });
    const window = new ReceiveWindow(view, { initial: initialWindow, max: initialWindow });
    expect(window.consume(initialWindow / 2)).toBe(initialWindow / 2);
    expect(window.size).toBe(initialWindow);
  });

  it('grows on shorter round trips too if half of it was consumed within 20 ms', () => {
    const { state, view } = host({ roundTripMs: 0.1 });
    const window = new ReceiveWindow(view, sizes);
    state.time += 19;
    expect(window.consume(initialWindow / 2)).toBe(initialWindow * 1.5);
    state.time += 20;
    expect(window.consume(initialWindow)).toBe(initialWindow);
    expect(window.size).toBe(initialWindow * 2);
  });

  it.each([
    ['the reader is slow', { roundTripMs: 50 }, 100],
    ['the round trip is unknown', {}, 0],
    ['the budget is used up', { roundTripMs: 50, budget: 0 }, 1],
  ])('does not grow when %s', (_name, options, tookMs) => {
    const { state, view } = host(options);
    const window = new ReceiveWindow(view, sizes);
    window.receive(initialWindow);
    state.time += tookMs;
    expect(window.consume(initialWindow / 2)).toBe(initialWindow / 2);
    expect(window.size).toBe(initialWindow);
  });

  it('returns what it borrowed', () => {
    const { view } = host({ roundTripMs: 50, budget: 2 * initialWindow });
    const window = new ReceiveWindow(view, sizes);
    window.receive(initialWindow);
    window.consume(initialWindow / 2);
    expect([window.size, view.budget.left]).toEqual([2 * initialWindow, initialWindow]);
    window.release();
    window.release();
    expect(view.budget.left).toBe(2 * initialWindow);
  });

  /** Receives and consumes half a window `rounds` times, within its credit. */
  function readFast(window: ReceiveWindow, rounds: number): void {
    for (let i = 0; i < rounds; i++) {
      const half = Math.ceil(window.size / 2);
      if (window.receive(half)) window.consume(half);
    }
  }

  it('leaves part of the budget to others, however many streams grow and stall', () => {
    const { view } = host({ roundTripMs: 50 });
    const windows = Array.from({ length: 200 }, () => new ReceiveWindow(view, sizes));
    for (const window of windows) readFast(window, 20);
    const total = windows.reduce((sum, window) => sum + window.size, 0);
    expect(total).toBeLessThanOrEqual(200 * initialWindow + 24 * MiB);
    expect(windows[0]?.size).toBe(8 * MiB);
    expect(view.budget.left).toBeGreaterThan(0);
  });

  it('shrinks to its share as it consumes when others grow, and grows again once they are gone', () => {
    const { view } = host({ roundTripMs: 50 });
    const [first, ...others] = Array.from({ length: 50 }, () => new ReceiveWindow(view, sizes));
    if (first === undefined) throw new Error('no window');
    readFast(first, 10);
    expect(first.size).toBe(8 * MiB);
    for (const other of others) readFast(other, 10);
    readFast(first, 20);
    const share = Math.floor((24 * MiB) / 50);
    expect(first.size).toBe(initialWindow + share);
    for (let round = 0; round < 3; round++) for (const other of others) readFast(other, 10);
    const all = [first, ...others].map(({ size }) => size);
    expect(Math.max(...all)).toBe(initialWindow + share);
    for (const other of others) other.release();
    readFast(first, 20);
    expect(first.size).toBe(8 * MiB);
    first.release();
    expect(view.budget.left).toBe(24 * MiB);
  });

  it.each([
    ['slow readers', sizes, 100],
    ['terminals', { initial: initialWindow, max: initialWindow }, 1],
  ])('leaves the whole budget to others for %s', (_name, limits, tookMs) => {
    const { state, view } = host({ roundTripMs: 50 });
    const windows = [1, 2, 3].map(() => new ReceiveWindow(view, limits));
    state.time += tookMs;
    for (const window of windows) window.consume(initialWindow / 2);
    expect([view.budget.share, view.budget.left]).toEqual([24 * MiB, 24 * MiB]);
  });

  it('keeps its share when its reader becomes slow, until it is released', () => {
    const { state, view } = host({ roundTripMs: 50 });
    const windows = [1, 2].map(() => new ReceiveWindow(view, sizes));
    for (const window of windows) window.consume(initialWindow / 2);
    expect(view.budget.share).toBe(12 * MiB);
    state.time += 100;
    for (const window of windows) expect(window.consume(initialWindow)).toBe(initialWindow);
    expect(view.budget.share).toBe(12 * MiB);
    for (const window of windows) window.release();
    expect(view.budget.share).toBe(24 * MiB);
  });

  it('withholds no more than was consumed when it shrinks, and only down to its share', () => {
    const { view } = host({ roundTripMs: 50, budget: 2 * MiB });
    const window = new ReceiveWindow(view, sizes);
    readFast(window, 3);
    expect([window.size, view.budget.left]).toEqual([1664 * KiB, 640 * KiB]);
    for (let i = 0; i < 3; i++) view.budget.claim();
    expect(view.budget.share).toBe(512 * KiB);
    // 896 KiB above its share, but only 832 KiB were consumed.
    expect([window.consume(832 * KiB), window.size, view.budget.left]).toEqual([0, 832 * KiB, 1472 * KiB]);
    expect([window.consume(416 * KiB), window.size, view.budget.left]).toEqual([352 * KiB, 768 * KiB, 1536 * KiB]);
    expect([window.consume(384 * KiB), window.size]).toEqual([384 * KiB, 768 * KiB]);
  });

  it('never allows more outstanding bytes than its size while it grows and shrinks', () => {
    const { view } = host({ roundTripMs: 50, budget: MiB });
    const window = new ReceiveWindow(view, { initial: 64 * KiB, max: 8 * MiB });
    const others = Array.from({ length: 8 }, () => new ReceiveWindow(view, sizes));
    let credit = 64 * KiB;
    for (let i = 0; i < 300; i++) {
      if (i === 100) for (const other of others) readFast(other, 5);
      if (i === 200) for (const other of others) other.release();
      const sent = Math.min(credit, 10_000);
      expect(window.receive(sent)).toBe(true);
      credit += window.consume(sent) - sent;
      expect(credit).toBeGreaterThan(0);
      expect(credit).toBeLessThanOrEqual(window.size);
    }
  });
});
