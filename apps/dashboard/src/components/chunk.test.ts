import { describe, expect, it } from 'vitest';
import { Chunk } from './chunk.ts';

/** A chunk whose attempts to load succeed or fail as told, and whose timers fire by hand. */
function chunkWith(outcomes: ('works' | 'fails')[]) {
  const timers: { callback: () => void; milliseconds: number; cancelled: boolean }[] = [];
  let attempts = 0;
  const chunk = new Chunk({
    load: async () => {
      if (outcomes[attempts++] !== 'works') throw new Error('the gateway is away');
      return 'code';
    },
    later: (callback, milliseconds) => {
      const timer = { callback, milliseconds, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
  });
  /** Fires the last timer and waits for the attempt that it starts. */
  const retry = async () => {
    timers.at(-1)?.callback();
    await chunk.load();
  };
  return { chunk, timers, retry, attempts: () => attempts };
}

describe('code that is loaded on demand', () => {
  it('is loaded once for all that wait, and then kept', async () => {
    const { chunk, attempts } = chunkWith(['works']);
    chunk.subscribe(() => {});
    chunk.subscribe(() => {});
    await chunk.load();
    expect(chunk.state).toEqual({ state: 'loaded', content: 'code' });
    await chunk.load();
    expect(attempts()).toBe(1);
  });

  it('is tried again after failures, each time later, at most 5 s apart', async () => {
    const { chunk, timers, retry } = chunkWith(['fails', 'fails', 'fails', 'fails', 'fails', 'works']);
    const seen: string[] = [];
    chunk.subscribe(() => seen.push(chunk.state.state));
    await chunk.load();
    for (let failure = 1; failure < 6; failure++) await retry();
    expect(seen).toEqual(['failed', 'failed', 'failed', 'failed', 'failed', 'loaded']);
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([500, 1000, 2000, 4000, 5000]);
  });

  it('is not tried again while nobody waits for it', async () => {
    const { chunk, timers } = chunkWith(['fails', 'fails']);
    await chunk.load();
    expect(timers).toEqual([]);
    const stop = chunk.subscribe(() => {});
    await chunk.load();
    stop();
    expect(timers.map(({ cancelled }) => cancelled)).toEqual([true]);
  });
});
