import { createClient } from '@postern/api-client';
import { observedFetch } from '#features/freshness/http-link.ts';
import { signInPath } from './next-path.ts';
import { refreshBrowserSession } from './refresh.ts';
import { createRefreshingFetch } from './refreshing-fetch.ts';

function leave() {
  const { pathname, search, hash } = window.location;
  if (pathname === '/join' || pathname === '/sign-in' || pathname === '/sign-up' || pathname === '/') return;
  // Loads a new page, so that nothing of the ended browser session stays in memory.
  window.location.assign(signInPath(pathname + search + hash));
}

/** Fetch for the signed-in person: refreshes the browser session if needed, and goes to the sign-in page if it has ended. */
export const apiFetch: typeof fetch = createRefreshingFetch({
  fetch: observedFetch,
  refresh: refreshBrowserSession,
  onEnded: leave,
});

/** The REST API for the signed-in person. */
export const api = createClient({ baseUrl: '', fetch: apiFetch });

/** The REST API for pages without sign-in: a 401 is an ordinary response there, not the end of a browser session. */
export const publicApi = createClient({ baseUrl: '' });
