import { Prisma } from '../generated/prisma/client.ts';

/** A cluster and its organization. */
export interface NamedCluster {
  organizationId: string;
  clusterId: string;
}

/**
 * Removes connections; a cluster left without any, on all gateways, is offline. In a transaction of its own or with other
 * maintenance.
 * @param which condition on `connections c` and its gateway `gateways g`.
 * @param heldUntil expression for when they were last known to be open.
 * @returns the clusters that lost a connection.
 */
export async function removeConnections(
  transaction: Prisma.TransactionClient,
  which: Prisma.Sql,
  heldUntil: Prisma.Sql,
): Promise<NamedCluster[]> {
  // Locks the clusters first, and in order: no gateway can then add a connection to them, so the next statement sees all
  // connections. A single statement would not see one that another transaction is just adding.
  await transaction.$queryRaw`
    SELECT count(*)::int FROM (
      SELECT id FROM clusters
      WHERE id IN (SELECT c.cluster_id FROM connections c JOIN gateways g ON g.id = c.gateway_id WHERE ${which})
      ORDER BY id FOR NO KEY UPDATE
    ) held`;
  return transaction.$queryRaw<NamedCluster[]>`
    WITH removed AS (
      DELETE FROM connections c USING gateways g WHERE g.id = c.gateway_id AND ${which}
      RETURNING c.epoch, c.cluster_id, c.organization_id, ${heldUntil} AS held_until
    ), lost AS (
      SELECT cluster_id, organization_id, max(held_until) AS held_until FROM removed GROUP BY cluster_id, organization_id
    )
    UPDATE clusters k SET
      last_seen_at = greatest(k.last_seen_at, lost.held_until),
      offline_since = CASE
        WHEN EXISTS (
          SELECT FROM connections o
          WHERE o.cluster_id = k.id AND o.organization_id = k.organization_id
            AND o.epoch NOT IN (SELECT epoch FROM removed)
        ) THEN k.offline_since
        -- A report may have come after the gateway was last seen. Clocks of gateways may be ahead.
        ELSE coalesce(k.offline_since, least(now(), greatest(lost.held_until, k.last_seen_at)))
      END
    FROM lost WHERE k.id = lost.cluster_id AND k.organization_id = lost.organization_id
    RETURNING k.id AS "clusterId", k.organization_id AS "organizationId"`;
}
