import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Batches } from './batches.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Batches whose work the test ends. */
function start(most = 100) {
  const begun: { items: number[]; end: (error?: Error) => void }[] = [];
  const batches = new Batches<number>(
    (items) =>
      new Promise((resolve, reject) =>
        begun.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) }),
      ),
    { waitMs: 50, most },
  );
  return { batches, begun, items: () => begun.map((batch) => batch.items) };
}

it('collects items for a fixed time from the first one on', async () => {
  const { batches, items } = start();
  void batches.add(1);
  await vi.advanceTimersByTimeAsync(49);
  void batches.add(2);
  expect(items()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(items()).toEqual([[1, 2]]);
});

it('processes one batch at a time, of limited size, in order', async () => {
  const { batches, begun, items } = start(2);
  const all = Promise.all([1, 2, 3].map((item) => batches.add(item)));
  await vi.advanceTimersByTimeAsync(50);
  const later = batches.add(4);
  await vi.advanceTimersByTimeAsync(500);
  expect(items()).toEqual([[1, 2]]);
  begun[0]?.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(items()).toEqual([[1, 2], [3]]);
  begun[1]?.end();
  await all;
  await vi.advanceTimersByTimeAsync(0);
  expect(items()).toEqual([[1, 2], [3], [4]]);
  begun[2]?.end();
  await later;
});

it('rejects the items of a batch that fails, and goes on', async () => {
  const { batches, begun } = start(1);
  const first = expect(batches.add(1)).rejects.toThrow('no');
  const second = batches.add(2);
  await vi.advanceTimersByTimeAsync(50);
  begun[0]?.end(new Error('no'));
  await first;
  await vi.advanceTimersByTimeAsync(0);
  begun[1]?.end();
  await second;
});

it('when closed, starts no batch and waits for the one in progress', async () => {
  const { batches, begun, items } = start(1);
  const dropped = [batches.add(1), batches.add(2)];
  await vi.advanceTimersByTimeAsync(50);
  dropped.push(batches.add(3));
  let isClosed = false;
  const closing = batches.close().then(() => {
    isClosed = true;
  });
  await vi.advanceTimersByTimeAsync(500);
  expect(isClosed).toBe(false);
  begun[0]?.end();
  await closing;
  await Promise.all([...dropped, batches.add(4)]);
  expect(items()).toEqual([[1]]);
});
