import { type Cluster, WatchClusters } from '@postern/contracts';
import { logFailure } from '../database/log-failure.ts';
import { type Principal, permits } from '../identity/principal.ts';
import { listener, socketError, tooMuch } from './answer.ts';
import type { LiveOptions, LiveServer, LiveSocket } from './live-socket.ts';
import { unreadLimits } from './unread.ts';

const roomOf = (organizationId: string): string => `organization:${organizationId}`;

/** Lets a connection watch the clusters of its person's organizations. */
export function serveClusters(socket: LiveSocket, { clusters, limits, logger }: LiveOptions): void {
  const { data: connection } = socket;
  const rules = {
    schema: WatchClusters,
    logger,
    failed: 'The clusters cannot be listed right now. Try again shortly.',
  };
  let isListing = false;

  socket.on(
    'clusters:watch',
    listener<typeof WatchClusters, { items: Cluster[] }>(rules, async ({ organization }, answer) => {
      const organizationId = organizationOf(connection.principal, organization);
      if (organizationId === undefined) {
        answer(socketError('not-found', 'There is no such organization.'));
        return;
      }
      if (isListing || connection.guard.unread() > unreadLimits.hold) {
        answer(tooMuch(1, 'The previous list has not arrived yet. Wait for it before you ask again.'));
        return;
      }
      isListing = true;
      try {
        // Joined first, so that no change is missed between the list and the events.
        await socket.join(roomOf(organizationId));
        const items = await clusters.list(organizationId);
        // Reading, serialising and sending the list costs as much as several small events.
        limits.charge('liveEventsPerUser', connection.principal.userId, items.length);
        answer({ items });
      } catch (error) {
        await socket.leave(roomOf(organizationId));
        throw error;
      } finally {
        isListing = false;
      }
    }),
  );
  socket.on(
    'clusters:unwatch',
    listener<typeof WatchClusters, Record<string, never>>(rules, async ({ organization }, answer) => {
      const organizationId = organizationOf(connection.principal, organization);
      if (organizationId !== undefined) await socket.leave(roomOf(organizationId));
      answer({});
    }),
  );
}

/** The organization, if the principal may see its clusters. */
function organizationOf(principal: Principal, slug: string): string | undefined {
  const id = principal.memberships.find((membership) => membership.slug === slug)?.organizationId;
  return id !== undefined && permits(principal, id, 'cluster:read') ? id : undefined;
}

/** Pushes changes to the connections that watch, reading each changed cluster once. @returns a function that stops it. */
export function pushClusterChanges(io: LiveServer, { clusters, changes, logger }: LiveOptions): () => void {
  const pending = new Set<string>();
  const reading = new Set<string>();
  const read = async ({ organizationId, clusterId }: { organizationId: string; clusterId: string }): Promise<void> => {
    reading.add(clusterId);
    // Simultaneous changes, and those that occur while the cluster is read, are pushed once.
    while (pending.has(clusterId)) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      pending.delete(clusterId);
      try {
        const cluster = await clusters.get(organizationId, clusterId);
        if (cluster !== null) io.to(roomOf(organizationId)).emit('cluster:changed', cluster);
      } catch (error) {
        logFailure(logger, error, 'cannot tell browsers of a change', { clusterId });
      }
    }
    reading.delete(clusterId);
  };
  const onChanged = (changed: { organizationId: string; clusterId: string }): void => {
    if (!io.sockets.adapter.rooms.has(roomOf(changed.organizationId))) return;
    pending.add(changed.clusterId);
    if (!reading.has(changed.clusterId)) void read(changed);
  };
  const onDeleted = ({ organizationId, clusterId }: { organizationId: string; clusterId: string }): void => {
    io.to(roomOf(organizationId)).emit('cluster:deleted', { id: clusterId, organizationId });
  };
  changes.on('changed', onChanged);
  changes.on('deleted', onDeleted);
  return () => {
    changes.off('changed', onChanged);
    changes.off('deleted', onDeleted);
  };
}
