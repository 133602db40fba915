import { getEventListeners } from 'node:events';
import { turns } from '@postern/testkit';
import { describe, expect, it, vi } from 'vitest';
import { FairSlots } from './fair-slots.ts';

/** Requests for slots. The first letter of a request's name is its key. */
function start(options: { total: number; share: number; waiting: number }) {
  const slots = new FairSlots(options);
  const releases: Record<string, () => void> = {};
  const settled: string[] = [];
  const take = async (name: string, signal = new AbortController().signal): Promise<void> => {
    const release = await slots.take(name.charAt(0), signal);
    if (release !== undefined) releases[name] = release;
    settled.push(release === undefined ? `${name} refused` : name);
  };
  return {
    take: (name: string, signal?: AbortSignal): void => void take(name, signal),
    release: (name: string): void => releases[name]?.(),
    /** The requests that got a slot or were refused since the last call, in this order. */
    news: async (): Promise<string[]> => {
      await turns();
      return settled.splice(0);
    },
  };
}

describe('slots', () => {
  it('are given up to the share of each key and the total, and then to the next one that may have one', async () => {
    const { take, release, news } = start({ total: 3, share: 2, waiting: 1 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) take(name);
    expect(await news()).toEqual(['a1', 'a2', 'b1']);
    release('b1');
    expect(await news(), 'while the key of a3 has its share').toEqual(['c1']);
    release('a1');
    expect(await news()).toEqual(['a3']);
  });

  it('that are released leave the others of their key counted', async () => {
    const { take, release, news } = start({ total: 9, share: 2, waiting: 9 });
    for (const name of ['a1', 'a2']) take(name);
    expect(await news()).toEqual(['a1', 'a2']);
    release('a1');
    release('a1');
    for (const name of ['a3', 'a4']) take(name);
    expect(await news()).toEqual(['a3']);
  });

  it('are not for a request that was given up before', async () => {
    const { take, news } = start({ total: 1, share: 1, waiting: 0 });
    take('a1', AbortSignal.abort());
    take('b1');
    expect(await news()).toEqual(['a1 refused', 'b1']);
  });
});

describe('the requests of a key that wait for a slot', () => {
  it('are limited, not counting those that were given up', async () => {
    const { take, release, news } = start({ total: 1, share: 1, waiting: 2 });
    const gone = new AbortController();
    take('a1');
    take('b1', gone.signal);
    for (const name of ['b2', 'b3']) take(name);
    expect(await news()).toEqual(['a1', 'b3 refused']);
    gone.abort();
    for (const name of ['b4', 'b5']) take(name);
    expect(await news()).toEqual(['b1 refused', 'b5 refused']);
    expect(getEventListeners(gone.signal, 'abort')).toEqual([]);
    release('a1');
    expect(await news()).toEqual(['b2']);
    release('b2');
    expect(await news()).toEqual(['b4']);
  });

  it('are limited, not counting those that got one, even if these are given up later', async () => {
    const { take, release, news } = start({ total: 1, share: 1, waiting: 1 });
    const leaving = new AbortController();
    take('a1');
    take('b1', leaving.signal);
    expect(await news()).toEqual(['a1']);
    release('a1');
    expect(await news()).toEqual(['b1']);
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
    leaving.abort();
    for (const name of ['b2', 'b3']) take(name);
    expect(await news()).toEqual(['b3 refused']);
    release('b1');
    expect(await news()).toEqual(['b2']);
  });
});

it('a key takes no memory while it has no slot and waits for none', async () => {
  const maps: Map<string, unknown>[] = [];
  class CountedMap extends Map<string, unknown> {
    constructor() {
      super();
      maps.push(this);
    }
  }
  vi.stubGlobal('Map', CountedMap);
  const { take, release, news } = start({ total: 1, share: 1, waiting: 1 });
  vi.unstubAllGlobals();
  const keys = (): string[] => maps.flatMap((map) => [...map.keys()]);
  const leaving = new AbortController();
  take('a1');
  take('b1', leaving.signal);
  expect(await news()).toEqual(['a1']);
  expect(keys()).toEqual(['a', 'b']);
  leaving.abort();
  expect(keys()).toEqual(['a']);
  release('a1');
  expect(keys()).toEqual([]);
});
