import { describe, expect, it } from 'vitest';
import { cellText, compareValues, sortValue } from './cells.ts';
import type { Cell, Column, ColumnMeaning, Row } from './table-rows.ts';

const column = (meaning: ColumnMeaning): Column => ({ name: 'X', meaning, priority: 0, description: '' });
const MINUTE = 60_000;
const row = (over: Partial<Row> = {}): Row => ({
  key: 'k',
  name: 'web-1',
  namespace: 'default',
  created: 0,
  deleting: false,
  controller: '',
  labels: {},
  resourceVersion: '1',
  cells: [],
  at: 10 * MINUTE,
  changedAt: 0,
  ...over,
});

describe('cellText', () => {
  it('computes the age from the object, not from the sent text', () => {
    expect(cellText(column('age'), '3s', { row: row(), now: 5 * MINUTE })).toBe('5m');
  });
  it('updates a sent duration as time passes', () => {
    expect(cellText(column('elapsed'), '3m12s', { row: row(), now: 12 * MINUTE })).toBe('5m');
    expect(cellText(column('restarts'), '4 (3m ago)', { row: row(), now: 11 * MINUTE })).toBe('4 (4m ago)');
  });
  it('leaves unknown formats unchanged', () => {
    expect(cellText(column('restarts'), 4, { row: row(), now: 0 })).toBe('4');
    expect(cellText(column('elapsed'), '<unknown>', { row: row(), now: 0 })).toBe('<unknown>');
    expect(cellText(column('age'), '<invalid>', { row: row({ created: Number.NaN }), now: 0 })).toBe('<invalid>');
    expect(cellText(column('plain'), null, { row: row(), now: 0 })).toBe('');
  });
});

describe('sorting', () => {
  const sorted = (meaning: ColumnMeaning, cells: Cell[], descending = false) =>
    [...cells].sort((a, b) =>
      compareValues(
        sortValue(column(meaning), a, row({ created: Number.NaN })),
        sortValue(column(meaning), b, row({ created: Number.NaN })),
        descending,
      ),
    );
  it('compares quantities', () => {
    expect(sorted('plain', ['1Gi', '200Mi', '1500M', '64Ki'])).toEqual(['64Ki', '200Mi', '1Gi', '1500M']);
    expect(sorted('plain', ['1', '250m', '2'])).toEqual(['250m', '1', '2']);
  });
  it('compares ratios, percentages and restarts', () => {
    expect(sorted('plain', ['2/2', '0/1', '1/2', '0/0'])).toEqual(['0/1', '0/0', '1/2', '2/2']);
    expect(sorted('plain', ['80%', '9%/80%', '100%'])).toEqual(['9%/80%', '80%', '100%']);
    expect(sorted('restarts', ['12 (3m ago)', 3, '100'])).toEqual([3, '12 (3m ago)', '100']);
  });
  it('puts the youngest first, and reverses on request', () => {
    expect(sorted('elapsed', ['2d4h', '42s', '3m12s'])).toEqual(['42s', '3m12s', '2d4h']);
    expect(sorted('elapsed', ['2d4h', '42s', '3m12s'], true)).toEqual(['2d4h', '3m12s', '42s']);
    const old = sortValue(column('age'), '1d', row({ created: 0 }));
    const young = sortValue(column('age'), '1s', row({ created: 1000 }));
    expect(compareValues(young, old, false)).toBeLessThan(0);
  });
  it('puts empty cells last in either direction, and numbers before words', () => {
    expect(sorted('plain', ['<none>', 'b', 'a', ''])).toEqual(['a', 'b', '<none>', '']);
    expect(sorted('plain', ['<none>', 'b', 'a'], true)).toEqual(['b', 'a', '<none>']);
    expect(sorted('plain', ['x', 10, '9'])).toEqual(['9', 10, 'x']);
  });
  it('treats an IP address as text', () => {
    expect(sortValue(column('plain'), '10.0.0.1', row())).toBe('10.0.0.1');
  });
});
