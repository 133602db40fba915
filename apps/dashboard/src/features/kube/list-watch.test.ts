import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Freshness } from './freshness.ts';
import { KubeError } from './kube-error.ts';
import { type ListPage, ListWatch, type ListWatchOptions, type Surroundings, type WatchChange } from './list-watch.ts';

interface Item {
  id: string;
  value: number;
}

/** A server that is told what to answer, call by call, and a page whose clock stands still. */
class Bed {
  readonly items = new Map<string, Item>();
  readonly states: Freshness[] = [];
  /** What there was whenever the list was said to be whole. */
  readonly listings: { truncated: boolean; ids: string[] }[] = [];
  readonly removed: string[] = [];
  readonly listed: string[] = [];
  readonly watchedFrom: string[] = [];
  readonly waits: number[] = [];
  lists: (ListPage<Item> | Error)[] = [];
  watches: (Queue | Error)[] = [];
  room = true;
  held = 0;
  paused = false;
  readonly #listeners = new Set<() => void>();
  #waiters: (() => void)[] = [];
  now = 1000;

  readonly around: Surroundings = {
    now: () => this.now,
    random: () => 1,
    delay: (milliseconds, signal) => {
      this.waits.push(milliseconds);
      this.now += milliseconds;
      this.#wake();
      return milliseconds >= 30_000 && !signal.aborted
        ? new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        : Promise.resolve();
    },
    attention: {
      paused: () => this.paused,
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    },
    acquireWatch: () => {
      if (!this.room) return undefined;
      this.held++;
      return () => {
        this.held--;
      };
    },
  };

  readonly engine: ListWatch<Item>;

  /** `most`: as the engine's option. */
  constructor(most?: number) {
    this.engine = new ListWatch<Item>({ ...this.#ends(), around: this.around, most });
  }

  readonly #ends = (): Pick<ListWatchOptions<Item>, 'source' | 'sink'> => ({
    source: {
      key: ({ id }) => id,
      list: async (next) => {
        this.listed.push(next);
        this.#wake();
        const answer = this.lists.shift();
        if (answer === undefined) throw new Error('no more lists');
        if (answer instanceof Error) throw answer;
        return answer;
      },
      watch: async (resourceVersion, signal) => {
        this.watchedFrom.push(resourceVersion);
        this.#wake();
        const answer = this.watches.shift() ?? new Queue();
        if (answer instanceof Error) throw answer;
        signal.addEventListener('abort', () => answer.fail(new DOMException('stopped', 'AbortError')));
        return answer.changes();
      },
    },
    sink: {
      put: (items) => {
        for (const item of items) this.items.set(item.id, item);
        this.#wake();
      },
      remove: (keys) => {
        for (const key of keys) this.items.delete(key);
        this.removed.push(...keys);
        this.#wake();
      },
      listed: ({ truncated }) => {
        this.listings.push({ truncated, ids: [...this.items.keys()] });
      },
      freshness: (freshness) => {
        this.states.push(freshness);
        this.#wake();
      },
    },
  });

  setPaused(paused: boolean): void {
    this.paused = paused;
    for (const listener of [...this.#listeners]) listener();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  get state(): string | undefined {
    return this.states.at(-1)?.state;
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** A watch whose events come when the test says so. */
class Queue {
  #waiting: (WatchChange<Item> | Error | 'end')[] = [];
  #wake = () => {};

  push(change: WatchChange<Item>): void {
    this.#add(change);
  }
  fail(error: Error): void {
    this.#add(error);
  }
  end(): void {
    this.#add('end');
  }

  async *changes(): AsyncGenerator<WatchChange<Item>> {
    while (true) {
      const next = this.#waiting.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #add(next: WatchChange<Item> | Error | 'end'): void {
    this.#waiting.push(next);
    this.#wake();
  }
}

const page = (ids: string[], resourceVersion: string, next = ''): ListPage<Item> => ({
  items: ids.map((id) => ({ id, value: 0 })),
  resourceVersion,
  next,
  remaining: undefined,
});
const expired = () => new KubeError({ status: 410, reason: 'Expired', message: 'too old resource version' });
const forbidden = () => new KubeError({ status: 403, reason: 'Forbidden', message: 'pods is forbidden' });

describe('ListWatch', () => {
  let bed: Bed;
  let running: Promise<void>;
  const start = () => {
    running = bed.engine.run();
  };
  beforeEach(() => {
    bed = new Bed();
    running = Promise.resolve();
  });
  afterEach(async () => {
    bed.engine.stop();
    await running;
    expect(bed.held).toBe(0);
  });

  it('shows pages as they come, then watches from the moment of the list', async () => {
    bed.lists = [page(['a', 'b'], '10', 'more'), page(['c'], '10')];
    start();
    await bed.until(() => bed.state === 'live');
    expect(bed.listed).toEqual(['', 'more']);
    expect([...bed.items.keys()]).toEqual(['a', 'b', 'c']);
    expect(bed.watchedFrom).toEqual(['10']);
    expect(bed.states.map(({ state }) => state)).toEqual(['loading', 'loading', 'live']);
  });

  it('applies changes, and resumes from the last one, bookmarks too, without listing again', async () => {
    const first = new Queue();
    bed.lists = [page(['a', 'b'], '10')];
    bed.watches = [first];
    start();
    first.push({ type: 'put', item: { id: 'a', value: 7 }, resourceVersion: '11' });
    first.push({ type: 'remove', key: 'b', resourceVersion: '12' });
    first.push({ type: 'bookmark', resourceVersion: '20' });
    first.end();
    await bed.until(() => bed.watchedFrom.length === 2);
    expect(bed.items).toEqual(new Map([['a', { id: 'a', value: 7 }]]));
    expect(bed.watchedFrom).toEqual(['10', '20']);
    expect(bed.listed).toHaveLength(1);
  });

  it('lists again on 410 and removes only what has gone', async () => {
    const first = new Queue();
    bed.lists = [page(['a', 'b'], '10'), page(['b', 'c'], '50')];
    bed.watches = [first];
    start();
    await bed.until(() => bed.state === 'live');
    first.fail(expired());
    await bed.until(() => bed.watchedFrom.length === 2);
    expect(bed.removed).toEqual(['a']);
    expect([...bed.items.keys()]).toEqual(['b', 'c']);
    expect(bed.watchedFrom).toEqual(['10', '50']);
    expect(bed.states.map(({ state }) => state)).not.toContain('stale');
    expect(bed.states.slice(2).map(({ state }) => state)).toContain('catching-up');
  });

  it('does not list in a tight loop when every watch is expired at once', async () => {
    bed.lists = [page([], '1'), page([], '2'), page([], '3'), page([], '4')];
    bed.watches = [expired(), expired(), expired()];
    start();
    await bed.until(() => bed.watchedFrom.length === 4);
    expect(bed.waits[0]).toBe(0);
    expect(bed.waits[1]).toBeGreaterThanOrEqual(500);
    expect(bed.waits[2]).toBeGreaterThan(bed.waits[1] ?? 0);
  });

  it('says since when it is stale and why, waits longer each time, and heals', async () => {
    const first = new Queue();
    bed.lists = [page(['a'], '10')];
    const refused = () =>
      new KubeError({ status: 503, reason: 'ServiceUnavailable', message: 'The agent is offline.' });
    bed.watches = [first, refused(), refused()];
    start();
    await bed.until(() => bed.state === 'live');
    first.fail(new TypeError('network error'));
    await bed.until(() => bed.watchedFrom.length === 4 && bed.state === 'live');
    const stale = bed.states.filter((one) => one.state === 'stale');
    expect(stale.map(({ since }) => since)).toEqual([1000, 1000, 1000]);
    expect(stale.at(-1)?.reason).toBe('The agent is offline.');
    expect(bed.waits).toEqual([500, 1000, 2000]);
    expect(bed.items.has('a')).toBe(true);
  });

  it('waits before it opens watches that end at once', async () => {
    const short = () => {
      const queue = new Queue();
      queue.end();
      return queue;
    };
    bed.lists = [page([], '10')];
    bed.watches = [short(), short(), short()];
    start();
    await bed.until(() => bed.watchedFrom.length === 4);
    expect(bed.waits).toEqual([500, 1000, 2000]);
  });

  it('says what is denied in the server’s words, and tries again when told', async () => {
    bed.lists = [forbidden(), page(['a'], '10')];
    start();
    await bed.until(() => bed.state === 'denied');
    expect(bed.states.at(-1)).toEqual({ state: 'denied', message: 'pods is forbidden' });
    bed.engine.retry();
    await bed.until(() => bed.state === 'live');
    expect(bed.items.has('a')).toBe(true);
    expect(bed.states.slice(2).map(({ state }) => state)).toEqual(['live']);
  });

  it('lets go of its watch while nobody looks, and resumes from where it was', async () => {
    bed.lists = [page(['a'], '10')];
    start();
    await bed.until(() => bed.state === 'live');
    expect(bed.held).toBe(1);
    bed.setPaused(true);
    await bed.until(() => bed.state === 'paused');
    expect(bed.held).toBe(0);
    bed.setPaused(false);
    await bed.until(() => bed.watchedFrom.length === 2);
    expect(bed.watchedFrom).toEqual(['10', '10']);
    expect(bed.listed).toHaveLength(1);
  });

  it('says when the list is whole, and not before', async () => {
    bed.lists = [page(['a'], '10', 'more'), page(['b'], '10')];
    start();
    await bed.until(() => bed.state === 'live');
    expect(bed.listings).toEqual([{ truncated: false, ids: ['a', 'b'] }]);
  });

  it('asks for no more pages than it needs, and then takes new items only in place of those that go', async () => {
    bed = new Bed(2);
    const first = new Queue();
    bed.lists = [page(['a', 'b'], '10', 'more')];
    bed.watches = [first];
    start();
    await bed.until(() => bed.state === 'live');
    expect(bed.listed).toEqual(['']);
    expect(bed.listings).toEqual([{ truncated: true, ids: ['a', 'b'] }]);
    first.push({ type: 'put', item: { id: 'c', value: 1 }, resourceVersion: '11' });
    first.push({ type: 'put', item: { id: 'a', value: 2 }, resourceVersion: '12' });
    first.push({ type: 'remove', key: 'b', resourceVersion: '13' });
    first.push({ type: 'put', item: { id: 'd', value: 3 }, resourceVersion: '14' });
    await bed.until(() => bed.items.has('d'));
    expect([...bed.items].map(([id, { value }]) => [id, value])).toEqual([
      ['a', 2],
      ['d', 3],
    ]);
    first.end();
    await bed.until(() => bed.watchedFrom.length === 2);
    expect(bed.watchedFrom).toEqual(['10', '14']);
  });

  it('polls, and says so, when the page has watches enough', async () => {
    bed.room = false;
    bed.lists = [page(['a'], '10'), page(['b'], '11')];
    start();
    await bed.until(() => bed.state === 'polled' && bed.waits.length === 1);
    bed.engine.retry();
    await bed.until(() => bed.items.has('b'));
    expect(bed.removed).toEqual(['a']);
    expect(bed.watchedFrom).toEqual([]);
  });
});
