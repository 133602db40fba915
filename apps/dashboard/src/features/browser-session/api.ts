import { createClient } from '@postern/api-client';
import { signInPath } from './next-path.ts';
import { refreshBrowserSession } from './refresh.ts';
import { createRefreshingFetch } from './refreshing-fetch.ts';

function leave() {
  const { pathname, search, hash } = window.location;
  if (pathname === '/sign-in' || pathname === '/sign-up' || pathname === '/') return;
  // A whole new page, so that nothing of the ended browser session stays in memory.
  window.location.assign(signInPath(pathname + search + hash));
}

/** Fetch of the signed-in person: refreshes the browser session when it must, goes to the sign-in page when it has ended. */
export const apiFetch: typeof fetch = createRefreshingFetch({
  fetch: (input, init) => fetch(input, init),
  refresh: refreshBrowserSession,
  onEnded: leave,
});

/** The REST API, as the signed-in person. */
export const api = createClient({ baseUrl: '', fetch: apiFetch });

/** The REST API for the pages where nobody is signed in yet: a 401 is an answer there, not the end of a browser session. */
export const publicApi = createClient({ baseUrl: '' });
