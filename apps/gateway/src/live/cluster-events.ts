import { type Cluster, WatchClusters } from '@postern/contracts';
import type { Principal } from '../identity/principal.ts';
import { receive, socketError } from './answer.ts';
import type { LiveOptions, LiveServer, LiveSocket } from './live-socket.ts';

const roomOf = (organizationId: string): string => `organization:${organizationId}`;

/** Lets a connection follow the clusters of the organizations its person belongs to. */
export function serveClusters(socket: LiveSocket, { directory, logger }: LiveOptions): void {
  socket.on('clusters:watch', async (request, ack) => {
    const received = receive<typeof WatchClusters, { items: Cluster[] }>(WatchClusters, request, ack);
    if (received === undefined) return;
    const organizationId = organizationOf(socket.data.principal, received.value.organization);
    if (organizationId === undefined) {
      received.answer(socketError('not-found', 'There is no such organization.'));
      return;
    }
    try {
      // Joined first, so that no change falls between the list and the events.
      await socket.join(roomOf(organizationId));
      received.answer({ items: await directory.list(organizationId) });
    } catch (error) {
      logger.error({ error }, 'cannot list clusters');
      await socket.leave(roomOf(organizationId));
      received.answer(socketError('unavailable', 'The clusters cannot be listed right now. Try again shortly.'));
    }
  });
  socket.on('clusters:unwatch', async (request, ack) => {
    const received = receive<typeof WatchClusters, Record<string, never>>(WatchClusters, request, ack);
    if (received === undefined) return;
    const organizationId = organizationOf(socket.data.principal, received.value.organization);
    if (organizationId !== undefined) await socket.leave(roomOf(organizationId));
    received.answer({});
  });
}

/** A credential for one cluster follows no others. */
function organizationOf(principal: Principal, slug: string): string | undefined {
  if (principal.credential.clusterId !== null) return undefined;
  return principal.memberships.find((membership) => membership.slug === slug)?.organizationId;
}

/** Tells every connection that watches what changed, one reading a change. @returns stops it. */
export function pushClusterChanges(io: LiveServer, { directory, logger }: LiveOptions): () => void {
  const pending = new Set<string>();
  const onChanged = ({ organizationId, clusterId }: { organizationId: string; clusterId: string }): void => {
    const room = roomOf(organizationId);
    if (!io.sockets.adapter.rooms.has(room) || pending.has(clusterId)) return;
    pending.add(clusterId);
    // Several changes of one moment are one for the reader.
    setImmediate(() => {
      pending.delete(clusterId);
      directory.get(organizationId, clusterId).then(
        (cluster) => {
          if (cluster !== null) io.to(room).emit('cluster:changed', cluster);
        },
        (error: unknown) => logger.error({ error, clusterId }, 'cannot tell browsers of a change'),
      );
    });
  };
  const onDeleted = ({ organizationId, clusterId }: { organizationId: string; clusterId: string }): void => {
    io.to(roomOf(organizationId)).emit('cluster:deleted', { id: clusterId, organizationId });
  };
  directory.changes.on('changed', onChanged);
  directory.changes.on('deleted', onDeleted);
  return () => {
    directory.changes.off('changed', onChanged);
    directory.changes.off('deleted', onDeleted);
  };
}
