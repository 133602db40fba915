import { afterEach, describe, expect, it, vi } from 'vitest';
import { tableRows } from './list-format.ts';
import { LiveStore } from './live-store.ts';
import type { Row } from './table-rows.ts';

const row = (key: string, over: Partial<Row> = {}): Row => ({
  key,
  name: key,
  namespace: 'default',
  created: 0,
  deleting: false,
  controller: '',
  labels: {},
  resourceVersion: '1',
  cells: [key, '1/1', 'Running', '2 (3m ago)'],
  at: 100,
  changedAt: 0,
  ...over,
});

function fixture() {
  const frames: (() => void)[] = [];
  let commits = 0;
  const store = new LiveStore<Row>({
    ...tableRows,
    schedule: (commit) => frames.push(commit),
    onCommit: () => commits++,
  });
  return {
    store,
    frame: () => {
      for (const commit of frames.splice(0)) commit();
    },
    commits: () => commits,
  };
}

describe('LiveStore', () => {
  afterEach(() => void vi.useRealTimers());

  it('commits many changes once per frame', () => {
    const { store, frame, commits } = fixture();
    store.put([row('a'), row('b')], { live: false });
    store.put([row('c')], { live: false });
    store.remove(['a']);
    expect(store.snapshot.items).toEqual([]);
    frame();
    expect(commits()).toBe(1);
    expect(store.snapshot.items.map(({ key }) => key)).toEqual(['b', 'c']);
  });

  it('keeps the same row if its version is unchanged, so that listing again has no effect', () => {
    const { store, frame, commits } = fixture();
    store.put([row('a')], { live: false });
    frame();
    const before = store.snapshot;
    store.put([row('a', { at: 999 })], { live: false });
    frame();
    expect(commits()).toBe(1);
    expect(store.snapshot).toBe(before);
  });

  it('marks rows that a watch changed, but not those that only aged', () => {
    const { store, frame } = fixture();
    store.put([row('a'), row('b')], { live: false });
    store.put([row('a', { resourceVersion: '2', at: 200, cells: ['a', '0/1', 'Error', '3 (1s ago)'] })], {
      live: true,
    });
    store.put([row('b', { resourceVersion: '2', at: 200, cells: ['b', '1/1', 'Running', '2 (4m ago)'] })], {
      live: true,
    });
    store.put([row('c', { at: 200 })], { live: true });
    frame();
    expect(store.snapshot.items.map(({ key, changedAt }) => [key, changedAt])).toEqual([
      ['a', 200],
      ['b', 0],
      ['c', 200],
    ]);
  });

  it.each([
    ['a change of 10,000 rows after 250 ms', 10_000, true, 250],
    ['more of 5,000 rows that are loading after 250 ms', 5_000, false, 250],
    ['more of 25,000 rows that are loading after a second', 25_000, false, 1_000],
  ])('commits %s', (_, count, live, milliseconds) => {
    vi.useFakeTimers();
    const { store, frame, commits } = fixture();
    const rows = (prefix: string, length: number) => Array.from({ length }, (__, index) => row(`${prefix}${index}`));
    store.put(rows('a', count), { live: false });
    frame();
    store.put(rows('b', 500), { live });
    vi.advanceTimersByTime(milliseconds - 1);
    expect(commits()).toBe(1);
    vi.advanceTimersByTime(1);
    expect([commits(), store.snapshot.items.length]).toEqual([2, count + 500]);
  });

  it('does not commit if a removed item does not exist', () => {
    const { store, frame, commits } = fixture();
    store.remove(['ghost']);
    frame();
    expect(commits()).toBe(0);
  });
});
