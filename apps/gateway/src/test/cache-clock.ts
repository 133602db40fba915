import { afterEach, beforeEach, vi } from 'vitest';

/**
 * Gives lru-cache and timers a clock that stands still.
 * @returns a function that moves it on by milliseconds, and runs the timers that are due.
 */
export function useCacheClock(): (ms: number) => Promise<void> {
  // Not 0, which lru-cache treats as no start time.
  let now = 1_000;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // lru-cache keeps a reference to `performance`, so its method must be replaced.
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  return async (ms) => {
    now += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
}
