import { describe, expect, it } from 'vitest';
import { IdleLists } from './idle-lists.ts';

function idleLists(bounds: { lists: number; items: number }) {
  const lists = new IdleLists(bounds);
  const closed: string[] = [];
  const keep = (name: string, size: number) => lists.keep({ size: () => size, close: () => closed.push(name) });
  return { keep, closed };
}

describe('lists that nobody looks at', () => {
  it('are kept up to a number, the one left longest ago is closed first', () => {
    const { keep, closed } = idleLists({ lists: 2, items: 100 });
    for (const name of ['a', 'b', 'c', 'd']) keep(name, 1);
    expect(closed).toEqual(['a', 'b']);
  });

  it('are kept up to a number of items together', () => {
    const { keep, closed } = idleLists({ lists: 9, items: 100 });
    keep('a', 40);
    keep('b', 40);
    keep('c', 40);
    expect(closed).toEqual(['a']);
    keep('huge', 101);
    expect(closed).toEqual(['a', 'b', 'c', 'huge']);
  });

  it('are not closed after somebody has returned to them', () => {
    const { keep, closed } = idleLists({ lists: 1, items: 100 });
    const takeBack = keep('a', 1);
    takeBack();
    keep('b', 1);
    expect(closed).toEqual([]);
  });
});
