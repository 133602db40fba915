import { readStored, writeStored } from '#components/stored.ts';

const DONE_AT = 'postern.refreshed-at';
/** The refresh cookie rotates; within this time of another tab's refresh, in milliseconds, a tab uses that result. */
const FRESH_MS = 5000;

const refreshedElsewhere = (): boolean => Date.now() - Number(readStored(DONE_AT) ?? 0) < FRESH_MS;

async function exchange(): Promise<'refreshed' | 'ended' | 'unreachable'> {
  let response: Response;
  try {
    response = await fetch('/api/v1/auth/refresh', { method: 'POST', headers: { accept: 'application/json' } });
  } catch {
    return 'unreachable';
  }
  if (response.ok) {
    // Without storage two tabs may both refresh, which the gateway tolerates.
    writeStored(DONE_AT, String(Date.now()));
    return 'refreshed';
  }
  // Anything else may pass: a proxy in front that refuses, a gateway that starts. Nobody is signed out for it.
  return response.status === 401 ? 'ended' : 'unreachable';
}

/** Exchanges the refresh cookie for new cookies, one tab at a time, because a rotating token that is used twice looks stolen. */
export async function refreshBrowserSession(): Promise<'refreshed' | 'ended' | 'unreachable'> {
  const asked = Date.now();
  if (navigator.locks === undefined) return await exchange();
  return await navigator.locks.request('postern.refresh', async () => {
    const waited = Date.now() - asked > 20;
    return waited && refreshedElsewhere() ? ('refreshed' as const) : await exchange();
  });
}
