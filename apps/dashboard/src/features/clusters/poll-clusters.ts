import { ApiError } from '@postern/api-client';
import type { Cluster } from '@postern/contracts';
import { api } from '#features/browser-session/api.ts';
import { httpLink } from '#features/freshness/http-link.ts';
import type { LiveEvent } from '#features/live/signal.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;
/** The gateway answers within 25 s; after this time, in milliseconds, the request is lost. */
const GIVE_UP_MS = 35_000;

export interface PollOptions {
  organization: string;
  onList: (clusters: readonly Cluster[]) => void;
  note: (event: LiveEvent) => void;
  signal: AbortSignal;
}

/** Follows an organization's clusters with requests that the gateway answers when something has changed, until aborted. */
export async function pollClusters({ organization, onList, note, signal }: PollOptions): Promise<void> {
  let since: string | undefined;
  let wait = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      const given = AbortSignal.any([signal, httpLink.signal, AbortSignal.timeout(GIVE_UP_MS)]);
      const query = since === undefined ? {} : { since };
      const answer = await api.call('watchClusters', { params: { organization }, query, signal: given });
      if (signal.aborted) return;
      if (answer.version !== since) onList(answer.items);
      since = answer.version;
      wait = FIRST_RETRY_MS;
      note({ type: 'statuses', by: 'poll' });
    } catch (error) {
      if (signal.aborted) return;
      // Whether the gateway can be reached at all is for the heartbeat to say.
      if (error instanceof ApiError) note({ type: 'poll-failed', message: error.message });
      const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
      await pause(Math.max(asked, wait), signal);
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    }
  }
}

/** Resolves after a while, when the gateway answers again, and when aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      unlisten();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const unlisten = httpLink.onBack(done);
    signal.addEventListener('abort', done);
  });
}
