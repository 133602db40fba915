export interface RefreshingFetchOptions {
  fetch: typeof fetch;
  /** Exchanges the refresh cookie. `refreshed`: try again. `ended`: sign in. `unreachable`: unknown. */
  refresh: () => Promise<'refreshed' | 'ended' | 'unreachable'>;
  /** Called once when the browser session has ended; again only after a successful call in between. */
  onEnded: () => void;
}

/**
 * A fetch for a signed-in browser: after a 401 it refreshes the browser session, once for all waiting calls, and retries once.
 * If the browser session has ended, the result is the 401; if the gateway cannot be reached for the refresh, it rejects like
 * any network error. Bodies must be repeatable (text, bytes), not streams.
 */
export function createRefreshingFetch({ fetch, refresh, onEnded }: RefreshingFetchOptions): typeof globalThis.fetch {
  let refreshing: ReturnType<typeof refresh> | undefined;
  let ended = false;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.status !== 401) {
      ended = false;
      return response;
    }
    refreshing ??= refresh().finally(() => {
      refreshing = undefined;
    });
    const outcome = await refreshing;
    if (outcome === 'unreachable')
      throw new TypeError('Your session could not be refreshed: the gateway could not be reached.');
    if (outcome === 'ended') {
      if (!ended) onEnded();
      ended = true;
      return response;
    }
    await response.body?.cancel();
    return await fetch(input, init);
  };
}
