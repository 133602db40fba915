import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Freshness } from '#features/freshness/freshness.ts';
import { KubeError } from './kube-error.ts';
import { type ListPage, ListWatch, type ListWatchOptions, type Surroundings, type WatchChange } from './list-watch.ts';

interface Item {
  id: string;
  value: number;
}

/** A server with scripted answers, and a page whose clock advances only with delays. */
class Fixture {
  readonly items = new Map<string, Item>();
  readonly states: Freshness[] = [];
  /** The items each time the list was reported as complete. */
  readonly listings: { truncated: boolean; ids: string[] }[] = [];
  readonly removed: string[] = [];
  readonly listed: string[] = [];
  readonly wanted: number[] = [];
  readonly watchedFrom: string[] = [];
  readonly waits: number[] = [];
  lists: (ListPage<Item> | Error)[] = [];
  watches: (Queue | Error)[] = [];
  room = true;
  held = 0;
  paused = false;
  heardAt = 0;
  readonly #listeners = new Set<() => void>();
  readonly #onBack = new Set<() => void>();
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
    link: {
      heardAt: () => this.heardAt,
      onBack: (listener) => {
        this.#onBack.add(listener);
        return () => this.#onBack.delete(listener);
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

  /** @param most the engine's option. */
  constructor(most?: number) {
    this.engine = new ListWatch<Item>({ ...this.#ends(), around: this.around, most });
  }

  readonly #ends = (): Pick<ListWatchOptions<Item>, 'source' | 'sink'> => ({
    source: {
      key: ({ id }) => id,
      list: async (next, { wanted }) => {
        this.listed.push(next);
        this.wanted.push(wanted);
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

  comeBack(): void {
    for (const listener of [...this.#onBack]) listener();
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

/** A watch whose events the test controls. */
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
  let fixture: Fixture;
  let running: Promise<void>;
  const start = () => {
    running = fixture.engine.run();
  };
  beforeEach(() => {
    fixture = new Fixture();
    running = Promise.resolve();
  });
  afterEach(async () => {
    fixture.engine.stop();
    await running;
    expect(fixture.held).toBe(0);
  });

  it('shows pages as they arrive, then watches from the version of the list', async () => {
    fixture.lists = [page(['a', 'b'], '10', 'more'), page(['c'], '10')];
    start();
    await fixture.until(() => fixture.state === 'live');
    expect(fixture.listed).toEqual(['', 'more']);
    expect([...fixture.items.keys()]).toEqual(['a', 'b', 'c']);
    expect(fixture.watchedFrom).toEqual(['10']);
    expect(fixture.states.map(({ state }) => state)).toEqual(['loading', 'loading', 'live']);
  });

  it('applies changes, and resumes from the last change or bookmark without listing again', async () => {
    const first = new Queue();
    fixture.lists = [page(['a', 'b'], '10')];
    fixture.watches = [first];
    start();
    first.push({ type: 'put', item: { id: 'a', value: 7 }, resourceVersion: '11' });
    first.push({ type: 'remove', key: 'b', resourceVersion: '12' });
    first.push({ type: 'bookmark', resourceVersion: '20' });
    first.end();
    await fixture.until(() => fixture.watchedFrom.length === 2);
    expect(fixture.items).toEqual(new Map([['a', { id: 'a', value: 7 }]]));
    expect(fixture.watchedFrom).toEqual(['10', '20']);
    expect(fixture.listed).toHaveLength(1);
  });

  it('lists again on 410 and removes only what is gone', async () => {
    const first = new Queue();
    fixture.lists = [page(['a', 'b'], '10'), page(['b', 'c'], '50')];
    fixture.watches = [first];
    start();
    await fixture.until(() => fixture.state === 'live');
    first.fail(expired());
    await fixture.until(() => fixture.watchedFrom.length === 2);
    expect(fixture.removed).toEqual(['a']);
    expect([...fixture.items.keys()]).toEqual(['b', 'c']);
    expect(fixture.watchedFrom).toEqual(['10', '50']);
    expect(fixture.states.map(({ state }) => state)).not.toContain('stale');
    expect(fixture.states.slice(2).map(({ state }) => state)).toContain('catching-up');
  });

  it('does not list in a tight loop if every watch expires at once', async () => {
    fixture.lists = [page([], '1'), page([], '2'), page([], '3'), page([], '4')];
    fixture.watches = [expired(), expired(), expired()];
    start();
    await fixture.until(() => fixture.watchedFrom.length === 4);
    expect(fixture.waits[0]).toBe(0);
    expect(fixture.waits[1]).toBeGreaterThanOrEqual(500);
    expect(fixture.waits[2]).toBeGreaterThan(fixture.waits[1] ?? 0);
  });

  it('reports since when and why it is stale, backs off, and recovers', async () => {
    const first = new Queue();
    fixture.lists = [page(['a'], '10')];
    const refused = () =>
      new KubeError({ status: 503, reason: 'ServiceUnavailable', message: 'The agent is offline.' });
    fixture.watches = [first, refused(), refused()];
    start();
    await fixture.until(() => fixture.state === 'live');
    first.fail(new TypeError('network error'));
    await fixture.until(() => fixture.watchedFrom.length === 4 && fixture.state === 'live');
    const stale = fixture.states.filter((one) => one.state === 'stale');
    expect(stale.map(({ since }) => since)).toEqual([1000, 1000, 1000]);
    expect(stale.at(-1)?.reason).toBe('The agent is offline.');
    expect(fixture.waits).toEqual([500, 1000, 2000]);
    expect(fixture.items.has('a')).toBe(true);
  });

  it('was up to date for as long as the connection was heard, and tries again at once when that is back', async () => {
    const first = new Queue();
    fixture.lists = [page(['a'], '10')];
    fixture.watches = [first, ...Array.from({ length: 8 }, () => new TypeError('lost'))];
    start();
    await fixture.until(() => fixture.state === 'live');
    fixture.heardAt = 9_000;
    fixture.now = 14_000;
    first.fail(new TypeError('lost'));
    // The last of these waits is long.
    await fixture.until(() => fixture.waits.at(-1) === 30_000);
    expect(fixture.states.at(-1)).toMatchObject({ state: 'stale', since: 9_000 });
    fixture.watches = [];
    fixture.comeBack();
    await fixture.until(() => fixture.state === 'live');
    expect(fixture.listed).toHaveLength(1);
    expect(fixture.watchedFrom.at(-1)).toBe('10');
  });

  it('backs off if watches end at once', async () => {
    const short = () => {
      const queue = new Queue();
      queue.end();
      return queue;
    };
    fixture.lists = [page([], '10')];
    fixture.watches = [short(), short(), short()];
    start();
    await fixture.until(() => fixture.watchedFrom.length === 4);
    expect(fixture.waits).toEqual([500, 1000, 2000]);
  });

  it('reports a denial in the server’s words, and retries on request', async () => {
    fixture.lists = [forbidden(), page(['a'], '10')];
    start();
    await fixture.until(() => fixture.state === 'denied');
    expect(fixture.states.at(-1)).toEqual({ state: 'denied', message: 'pods is forbidden' });
    fixture.engine.retry();
    await fixture.until(() => fixture.state === 'live');
    expect(fixture.items.has('a')).toBe(true);
    expect(fixture.states.slice(2).map(({ state }) => state)).toEqual(['live']);
  });

  it('does not forget a request to retry while another request is in progress', async () => {
    fixture.lists = [forbidden(), page(['a'], '10')];
    start();
    fixture.engine.retry();
    await fixture.until(() => fixture.state === 'live');
    expect(fixture.items.has('a')).toBe(true);
  });

  it('ends its watch while paused, and resumes from where it was', async () => {
    fixture.lists = [page(['a'], '10')];
    start();
    await fixture.until(() => fixture.state === 'live');
    expect(fixture.held).toBe(1);
    fixture.setPaused(true);
    await fixture.until(() => fixture.state === 'paused');
    expect(fixture.held).toBe(0);
    fixture.setPaused(false);
    await fixture.until(() => fixture.watchedFrom.length === 2);
    expect(fixture.watchedFrom).toEqual(['10', '10']);
    expect(fixture.listed).toHaveLength(1);
  });

  it('says after a pause that what it has is as old as the pause, if the server cannot be reached', async () => {
    fixture.lists = [page(['a'], '10')];
    fixture.watches = [new Queue(), new Error('no gateway')];
    start();
    await fixture.until(() => fixture.state === 'live');
    // An hour without a change.
    fixture.now = 3_600_000;
    fixture.setPaused(true);
    await fixture.until(() => fixture.state === 'paused');
    fixture.now = 7_200_000;
    fixture.setPaused(false);
    await fixture.until(() => fixture.states.some(({ state }) => state === 'stale'));
    const [catchingUp, stale] = fixture.states.slice(fixture.states.findIndex(({ state }) => state === 'paused') + 1);
    expect(catchingUp).toEqual({ state: 'catching-up', since: 3_600_000 });
    expect(stale).toMatchObject({ state: 'stale', since: 3_600_000 });
  });

  it('reports the list as complete only once it is', async () => {
    fixture.lists = [page(['a'], '10', 'more'), page(['b'], '10')];
    start();
    await fixture.until(() => fixture.state === 'live');
    expect(fixture.listings).toEqual([{ truncated: false, ids: ['a', 'b'] }]);
  });

  it('lists no more pages than it needs, and then adds items only in place of removed ones', async () => {
    fixture = new Fixture(2);
    const first = new Queue();
    fixture.lists = [page(['a', 'b'], '10', 'more')];
    fixture.watches = [first];
    start();
    await fixture.until(() => fixture.state === 'live');
    expect(fixture.listed).toEqual(['']);
    expect(fixture.wanted).toEqual([2]);
    expect(fixture.listings).toEqual([{ truncated: true, ids: ['a', 'b'] }]);
    first.push({ type: 'put', item: { id: 'c', value: 1 }, resourceVersion: '11' });
    first.push({ type: 'put', item: { id: 'a', value: 2 }, resourceVersion: '12' });
    first.push({ type: 'remove', key: 'b', resourceVersion: '13' });
    first.push({ type: 'put', item: { id: 'd', value: 3 }, resourceVersion: '14' });
    await fixture.until(() => fixture.items.has('d'));
    expect([...fixture.items].map(([id, { value }]) => [id, value])).toEqual([
      ['a', 2],
      ['d', 3],
    ]);
    first.end();
    await fixture.until(() => fixture.watchedFrom.length === 2);
    expect(fixture.watchedFrom).toEqual(['10', '14']);
  });

  it('polls, and says so, if the page has too many watches', async () => {
    fixture.room = false;
    fixture.lists = [page(['a'], '10'), page(['b'], '11')];
    start();
    await fixture.until(() => fixture.state === 'polled' && fixture.waits.length === 1);
    fixture.engine.retry();
    await fixture.until(() => fixture.items.has('b'));
    expect(fixture.removed).toEqual(['a']);
    expect(fixture.watchedFrom).toEqual([]);
  });
});
