import type { Cluster } from '@postern/contracts';
import { describe, expect, it } from 'vitest';
import { withCluster, withoutCluster } from './cluster-cache.ts';
import { fitsFilter, toggleWord } from './cluster-filter.ts';

describe('fitsFilter', () => {
  const cluster = { name: 'prod-eu', labels: { team: 'payments', tier: '' }, status: 'online' as const };
  it.each(['', 'eu', 'PROD', 'team=payments', 'team=', 'tier=', 'status:on', 'eu team=payments status:online'])(
    '%j matches',
    (filter) => expect(fitsFilter(cluster, filter)).toBe(true),
  );
  it.each(['us', 'team=pay', 'toString=', 'status:offline', 'eu team=other'])('%j does not match', (filter) =>
    expect(fitsFilter(cluster, filter)).toBe(false),
  );
});

it('adds a word to the filter and removes it again', () => {
  expect(toggleWord(' eu ', 'team=a')).toBe('eu team=a');
  expect(toggleWord('eu team=a', 'team=a')).toBe('eu');
});

describe('the list of clusters', () => {
  const make = (id: string, name: string) => ({ id, name }) as Cluster;
  it('stays sorted when a cluster changes or is added', () => {
    const list = [make('1', 'a'), make('2', 'c')];
    expect(withCluster(list, make('2', 'c')).map(({ id }) => id)).toEqual(['1', '2']);
    expect(withCluster(list, make('3', 'b')).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(withoutCluster(list, '1').map(({ id }) => id)).toEqual(['2']);
  });
});
