import { Box } from 'lucide-react';
import { describe, expect, it } from 'vitest';
import { type Entry, rank, select } from './entries.ts';

const entry = (title: string, group = 'A', words: string[] = []): Entry => ({
  id: title,
  group,
  title,
  icon: Box,
  words,
  run: () => {},
});

describe('rank', () => {
  it('prefers the whole title, then a short name, a prefix, a word, any part', () => {
    const ranks = [entry('po'), entry('Pods', 'A', ['po']), entry('PodTemplates'), entry('my-pod'), entry('xpod')].map(
      (item, index) => rank(item, index < 2 ? 'po' : 'pod'),
    );
    expect(ranks).toEqual([5, 4, 3, 2, 1]);
  });
  it('requires every word', () => {
    expect(rank(entry('checkout', 'A', ['shop']), 'check shop')).toBeGreaterThan(0);
    expect(rank(entry('checkout', 'A', ['shop']), 'check other')).toBe(0);
  });
  it('does not put a destructive entry first until its verb has been typed', () => {
    const remove = { ...entry('Delete web'), danger: true };
    expect(rank(remove, 'de')).toBeLessThan(rank(entry('Deployments'), 'de'));
    expect(rank(remove, 'de')).toBeGreaterThan(0);
    expect(rank(remove, 'delete')).toBe(3);
  });
  it('matches what the note says last', () =>
    expect(rank({ ...entry('web-0'), note: 'Pod in shop' }, 'pod')).toBeLessThan(rank(entry('Pods'), 'pod')));
  it('does not match scattered letters', () => expect(rank(entry('EndpointSlices'), 'deploy')).toBe(0));
});

it('puts the group with the best entry first, and keeps the order without a query', () => {
  const entries = [entry('Overview'), entry('web-1', 'B'), entry('web', 'C')];
  expect(select(entries, '').map(({ group }) => group)).toEqual(['A', 'B', 'C']);
  expect(select(entries, 'web').map(({ group }) => group)).toEqual(['C', 'B']);
});

it('puts an almost complete match before longer names', () => {
  const entries = [entry('checkout-r7f2-bsh2t'), entry('checkout-r7f2-mtfh4'), entry('checkout')];
  expect(select(entries, 'check')[0]?.entries.map(({ title }) => title)).toEqual([
    'checkout',
    'checkout-r7f2-bsh2t',
    'checkout-r7f2-mtfh4',
  ]);
});
