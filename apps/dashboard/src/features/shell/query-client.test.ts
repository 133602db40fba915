import { QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { createQueryClient } from './query-client.ts';

it('keeps answers for pages that are not shown, up to a bound, and all that are shown', () => {
  const client = createQueryClient(2);
  client.setQueryData(['shown'], 'x', { updatedAt: 1 });
  const stop = new QueryObserver(client, { queryKey: ['shown'], enabled: false }).subscribe(() => {});
  for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) client.setQueryData([key], 'x', { updatedAt: 10 + index });
  // The bound is kept when an answer is added, before it counts itself.
  client.setQueryData(['e'], 'x');
  const kept = client
    .getQueryCache()
    .getAll()
    .map(({ queryKey }) => queryKey[0]);
  expect(kept).toEqual(['shown', 'c', 'd', 'e']);
  stop();
});
