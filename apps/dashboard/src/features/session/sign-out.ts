import { publicApi } from './api.ts';

/** Ends the browser session and leaves with a whole new page, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  await publicApi.call('signOut', {}).catch(() => undefined);
  window.location.assign('/sign-in');
}
