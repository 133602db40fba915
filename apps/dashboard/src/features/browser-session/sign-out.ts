import { ApiError } from '@postern/api-client';
import { toast } from '#components/ui/toast.tsx';
import { forgetDrafts } from '#features/drafts/forget-drafts.ts';
import { api } from './api.ts';

/**
 * Ends the browser session, removes drafts from this browser, and loads a new page, so that nothing stays in memory. The call
 * refreshes an expired session first; otherwise the session would continue to exist in its refresh cookie.
 *
 * @param then the path of the page that is loaded.
 */
export async function signOut(then = '/sign-in'): Promise<void> {
  try {
    await api.call('signOut', {});
  } catch (error) {
    // A 401 says that the browser session has ended already.
    if (!(error instanceof ApiError && error.status === 401)) {
      const description = error instanceof ApiError ? error.message : 'The gateway could not be reached.';
      toast({ title: 'You are still signed in.', description, tone: 'bad' });
      return;
    }
  }
  forgetDrafts();
  window.location.assign(then);
}
