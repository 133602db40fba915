import { afterEach, describe, expect, it, vi } from 'vitest';
import { refreshBrowserSession } from './refresh.ts';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
afterEach(() => vi.unstubAllGlobals());

describe('refreshing the browser session', () => {
  it.each([
    [200, 'refreshed'],
    [401, 'ended'],
    [403, 'unreachable'],
    [429, 'unreachable'],
    [502, 'unreachable'],
    [503, 'unreachable'],
  ])('a %i means: %s', async (status, outcome) => {
    vi.stubGlobal('fetch', async () => new Response(null, { status }));
    expect(await refreshBrowserSession()).toBe(outcome);
  });

  it('without an answer nobody is signed out', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    expect(await refreshBrowserSession()).toBe('unreachable');
  });
});
