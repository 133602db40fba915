import type { Cluster } from '@postern/contracts';
import type { LiveSocket } from '#features/live/live-socket.ts';

export interface FollowedList {
  put: (cluster: Cluster) => void;
  remove: (id: string) => void;
  replace: (clusters: readonly Cluster[]) => void;
}

export interface FollowOptions {
  socket: LiveSocket;
  organization: string;
  list: FollowedList;
  /** Called each time the list is known to be complete, after which changes follow. */
  onList: () => void;
  signal: AbortSignal;
}

/** Keeps a list of an organization's clusters up to date with the gateway's events, from every new live connection on. */
export function followEvents({ socket, organization, list, onList, signal }: FollowOptions): void {
  let organizationId: string | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const watch = () =>
    socket.emit('clusters:watch', { organization }, (answer) => {
      if (signal.aborted) return;
      if ('error' in answer) {
        const { retryAfterSeconds } = answer.error;
        clearTimeout(retry);
        if (retryAfterSeconds !== undefined) retry = setTimeout(watch, retryAfterSeconds * 1_000);
        return;
      }
      organizationId = answer.items[0]?.organizationId ?? organizationId;
      list.replace(answer.items);
      onList();
    });
  const ours = (id: string) => organizationId === undefined || id === organizationId;
  const onChanged = (cluster: Cluster) => {
    if (ours(cluster.organizationId)) list.put(cluster);
  };
  const onDeleted = (cluster: { id: string; organizationId: string }) => list.remove(cluster.id);
  socket.on('connect', watch);
  socket.on('cluster:changed', onChanged);
  socket.on('cluster:deleted', onDeleted);
  if (socket.connected) watch();
  signal.addEventListener('abort', () => {
    clearTimeout(retry);
    socket.off('connect', watch);
    socket.off('cluster:changed', onChanged);
    socket.off('cluster:deleted', onDeleted);
    if (socket.connected) socket.emit('clusters:unwatch', { organization }, () => {});
  });
}
