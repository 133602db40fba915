import { connection } from '#features/freshness/connection.ts';
import { live } from '#features/live/live-socket.ts';
import { type FollowedList, followEvents } from './follow-events.ts';
import { pollClusters } from './poll-clusters.ts';

/** Without a live connection for this long, clusters are polled, in milliseconds. */
const POLL_AFTER_MS = 1_000;

export interface UpdatedList {
  organization: string;
  list: FollowedList;
  /** Ends the updates. */
  signal: AbortSignal;
}

/** Keeps an organization's list up to date with the gateway's events, or by polling while there is no live connection. */
export async function keepUpToDate({ organization, list, signal }: UpdatedList): Promise<void> {
  const { socket, monitor } = await live();
  if (signal.aborted) return;
  const onList = () => monitor.note({ type: 'statuses', by: 'events' });
  followEvents({ socket, organization, list, onList, signal });
  whileDisconnected(signal, (disconnected) =>
    pollClusters({ organization, onList: list.replace, note: (event) => monitor.note(event), signal: disconnected }),
  );
}

/** Runs `poll` whenever there has been no live connection for a moment, and aborts its signal when there is one. */
function whileDisconnected(stop: AbortSignal, poll: (signal: AbortSignal) => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let polling: AbortController | undefined;
  const look = () => {
    const { hasSocket, freshness } = connection.get();
    if (hasSocket || freshness.state === 'paused' || stop.aborted) {
      clearTimeout(timer);
      timer = undefined;
      polling?.abort();
      polling = undefined;
    } else if (polling === undefined) {
      timer ??= setTimeout(() => {
        polling = new AbortController();
        void poll(polling.signal);
      }, POLL_AFTER_MS);
    }
  };
  const unsubscribe = connection.subscribe(look);
  stop.addEventListener('abort', () => {
    unsubscribe();
    look();
  });
  look();
}
