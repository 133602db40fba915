import { ConnectionError } from '@postern/api-client';
import { toast } from '#components/ui/toast.tsx';
import { api } from './api.ts';

/**
 * Ends the browser session and loads a new page, so that nothing of it stays in memory. The call refreshes an expired session
 * first; otherwise the session would continue to exist in its refresh cookie.
 */
export async function signOut(): Promise<void> {
  try {
    await api.call('signOut', {});
  } catch (error) {
    if (error instanceof ConnectionError) {
      toast({ title: 'You are still signed in.', description: 'The gateway could not be reached.', tone: 'bad' });
      return;
    }
  }
  window.location.assign('/sign-in');
}
