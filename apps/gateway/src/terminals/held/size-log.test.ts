import { expect, it } from 'vitest';
import { SizeLog } from './size-log.ts';

const size = (columns: number) => ({ columns, rows: 24 });

it('finds the size that holds at a position, by number', () => {
  const log = new SizeLog(size(80));
  log.add(10, size(90), 'a');
  log.add(10, size(91), 'b');
  log.add(20, size(100), 'a');
  expect([0, 9, 10, 19, 20, 99].map((position) => log.at(position))).toEqual([0, 0, 2, 2, 3, 3]);
  expect(log.get(1)).toEqual({ position: 10, size: size(90), by: 'a' });
  expect(log.last).toEqual({ position: 20, size: size(100), by: 'a' });
  expect(log.get(4)).toBeUndefined();
});

it('forgets what was replaced, and keeps the numbers', () => {
  const log = new SizeLog(size(80));
  log.add(10, size(90), 'a');
  log.add(20, size(100), 'a');
  log.forget(15);
  expect([log.get(0), log.get(1)?.size, log.get(2)?.size]).toEqual([undefined, size(90), size(100)]);
  expect([log.at(15), log.at(20)]).toEqual([1, 2]);
  log.forget(15);
  expect(log.get(1)?.size).toEqual(size(90));
});
