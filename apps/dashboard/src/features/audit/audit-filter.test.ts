import { describe, expect, it } from 'vitest';
import { filterIn, isFiltered, queryOf } from './audit-filter.ts';

const NOW = Date.parse('2026-01-02T12:00:00.000Z');
const read = (query: string) => filterIn(new URLSearchParams(query));

describe('the filters of the trail', () => {
  it('are read from the URL, and become a query of the API', () => {
    const filter = read('actor=ada@example.com&decision=refused&span=24h&action=kube.&text=%20db%20');
    expect(isFiltered(filter)).toBe(true);
    expect(queryOf(filter, NOW)).toEqual({
      actor: 'ada@example.com',
      decision: 'refused',
      action: 'kube.',
      text: 'db',
      since: '2026-01-01T12:00:00.000Z',
    });
  });

  it('ignore what is not offered', () => {
    const filter = read('decision=maybe&span=constructor&other=1');
    expect(isFiltered(filter)).toBe(false);
    expect(queryOf(filter, NOW)).toEqual({});
  });
});
