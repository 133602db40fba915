import { ApiError } from '@postern/api-client';
import { QueryClient } from '@tanstack/react-query';

/** Answers that are kept for pages that are not shown, so that they open with what was there. Most are below 10 KB. */
const MOST_UNUSED = 500;

/** The cache of answers to requests: kept as long as the page, within a bound. */
export function createQueryClient(mostUnused = MOST_UNUSED): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // Refusals of the gateway are permanent; network and server errors may not be.
        retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status < 500),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 8000),
        // Not the browser's `onLine`: a gateway on this machine needs no network.
        networkMode: 'always',
        refetchOnWindowFocus: true,
        gcTime: Number.POSITIVE_INFINITY,
      },
      mutations: { networkMode: 'always' },
    },
  });
  const cache = client.getQueryCache();
  cache.subscribe(({ type }) => {
    if (type !== 'added') return;
    // One without an answer is about to be used.
    const unused = cache
      .findAll({ fetchStatus: 'idle' })
      .filter((query) => query.getObserversCount() === 0 && query.state.dataUpdatedAt > 0);
    const tooMany = unused.length - mostUnused;
    if (tooMany <= 0) return;
    const oldest = unused.sort((a, b) => a.state.dataUpdatedAt - b.state.dataUpdatedAt).slice(0, tooMany);
    for (const query of oldest) cache.remove(query);
  });
  return client;
}
