import { describe, expect, it, vi } from 'vitest';
import { createRefreshingFetch } from './refreshing-fetch.ts';

/** A gateway whose access cookie has expired, and a refresh with a given outcome. */
function fixture(outcome: 'refreshed' | 'ended' | 'unreachable') {
  let valid = false;
  const fetch = vi.fn(async () => new Response(null, { status: valid ? 200 : 401 }));
  const refresh = vi.fn(async () => {
    await Promise.resolve();
    valid = outcome === 'refreshed';
    return outcome;
  });
  const onEnded = vi.fn();
  return { fetch, refresh, onEnded, refreshingFetch: createRefreshingFetch({ fetch, refresh, onEnded }) };
}

describe('createRefreshingFetch', () => {
  it('refreshes once for concurrent calls, and retries each', async () => {
    const { refreshingFetch, fetch, refresh, onEnded } = fixture('refreshed');
    const answers = await Promise.all([refreshingFetch('/a'), refreshingFetch('/b'), refreshingFetch('/c')]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(fetch).toHaveBeenCalledTimes(6);
    expect(onEnded).not.toHaveBeenCalled();
  });

  it('retries with the same method and body', async () => {
    const { refreshingFetch, fetch } = fixture('refreshed');
    await refreshingFetch('/a', { method: 'POST', body: 'x' });
    expect(fetch.mock.calls).toEqual([
      ['/a', { method: 'POST', body: 'x' }],
      ['/a', { method: 'POST', body: 'x' }],
    ]);
  });

  it('returns the 401, and reports once that the browser session has ended', async () => {
    const { refreshingFetch, onEnded } = fixture('ended');
    expect((await refreshingFetch('/a')).status).toBe(401);
    expect((await refreshingFetch('/b')).status).toBe(401);
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  it('does not end the browser session if the network is down', async () => {
    const { refreshingFetch, onEnded } = fixture('unreachable');
    await expect(refreshingFetch('/a')).rejects.toThrow(TypeError);
    expect(onEnded).not.toHaveBeenCalled();
  });

  it('retries only once', async () => {
    const fetch = vi.fn(async () => new Response(null, { status: 401 }));
    const refreshingFetch = createRefreshingFetch({ fetch, refresh: async () => 'refreshed', onEnded: () => {} });
    expect((await refreshingFetch('/a')).status).toBe(401);
    expect(fetch).toHaveBeenCalledTimes(2);
  });
});
