import { useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace, paceLimits } from './pace.ts';

useLeakCheck();
const { behind, unseen, waitMs, step, stepMs } = paceLimits;

let told: string[];
let pace: Pace;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  pace = new Pace({ hold: () => told.push('hold'), release: () => told.push('release') });
});
afterEach(() => {
  pace.stop();
  vi.useRealTimers();
});

describe('with views', () => {
  it('the process waits while the foremost is too far behind, until half of that is drawn', () => {
    pace.views([behind - 1]);
    expect(told).toEqual([]);
    pace.views([behind]);
    expect(told).toEqual(['hold']);
    pace.views([behind / 2]);
    expect(told).toEqual(['hold']);
    pace.views([behind / 2 - 1]);
    expect(told).toEqual(['hold', 'release']);
  });

  it('a slow one does not slow down another', () => {
    pace.views([10 * behind, 0]);
    expect(told).toEqual([]);
    pace.views([10 * behind, behind]);
    expect(told).toEqual(['hold']);
  });

  it('the process goes on while what it writes is not waited for', () => {
    pace.views([behind]);
    pace.open(true);
    pace.views([10 * behind]);
    expect(told).toEqual(['hold', 'release']);
    pace.open(false);
    expect(told).toEqual(['hold', 'release', 'hold']);
  });
});

it('the process waits for the gateway in any case', () => {
  pace.open(true);
  pace.congested(true);
  pace.congested(false);
  expect(told).toEqual(['hold', 'release']);
});

describe('without a view', () => {
  it('the process waits when what nobody has seen would not be kept, for 90 s; then it goes on slowly', () => {
    pace.views([0]);
    pace.output(1_000);
    pace.views([0]);
    pace.views([]);
    pace.output(unseen - 1);
    expect(told).toEqual([]);
    pace.output(1);
    expect(told).toEqual(['hold']);
    vi.advanceTimersByTime(waitMs - 1);
    expect(told).toEqual(['hold']);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['hold', 'release']);
    pace.output(step);
    expect(told).toEqual(['hold', 'release', 'hold']);
    vi.advanceTimersByTime(stepMs);
    expect(told).toEqual(['hold', 'release', 'hold', 'release']);
  });

  it('what the last view had not drawn counts as not seen', () => {
    pace.output(1_000);
    pace.views([1_000]);
    pace.views([]);
    pace.output(unseen - 1_000);
    expect(told).toEqual(['hold']);
  });

  it('a view that comes back sets the pace again', () => {
    pace.views([]);
    pace.views([0]);
    pace.views([]);
    pace.output(unseen);
    vi.advanceTimersByTime(waitMs);
    pace.output(step);
    expect(told).toEqual(['hold', 'release', 'hold']);
    pace.views([behind - 1]);
    expect(told).toEqual(['hold', 'release', 'hold']);
    pace.views([0]);
    expect(told).toEqual(['hold', 'release', 'hold', 'release']);
    pace.output(2 * step);
    expect(told).toHaveLength(4);
    pace.views([]);
    pace.output(unseen - 2 * step);
    expect(told).toEqual(['hold', 'release', 'hold', 'release', 'hold']);
  });
});
