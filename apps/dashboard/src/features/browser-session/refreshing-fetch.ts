export interface RefreshingFetchOptions {
  fetch: typeof fetch;
  /** Exchanges the refresh cookie. `refreshed`: try again. `ended`: sign in. `unreachable`: nobody knows. */
  refresh: () => Promise<'refreshed' | 'ended' | 'unreachable'>;
  /** Called once when the browser session has ended; again only after a call has succeeded in between. */
  onEnded: () => void;
}

/**
 * A fetch for a signed-in browser: on 401 it refreshes the browser session, once for all calls that wait, and tries again,
 * once. A browser session that has ended answers the 401; a gateway that was not reached for the refresh rejects like any
 * lost network.
 * Bodies must be such as can be sent twice (text, bytes), not streams.
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
