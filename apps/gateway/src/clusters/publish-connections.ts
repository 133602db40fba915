import type { Database } from '../database/database.ts';
import type { AgentConnection } from '../tunnels/agent-directory.ts';

/** A connection of this process, with what its agent reported about itself. */
export interface HeldConnection extends AgentConnection {
  version: string;
  instance: string;
  /** Time of `performance.now()`, in milliseconds. */
  openedAt: number;
}

/**
 * Stores a gateway's connections, in one statement however many there are; their clusters are then online. May be repeated,
 * also for another gateway, which then owns them. Skips a connection whose agent does not belong to that cluster and
 * organization.
 * @returns false if the gateway has no row, in which case nothing was written.
 */
export async function publishConnections(
  { acrossOrganizations }: Database,
  gatewayId: string,
  held: readonly HeldConnection[],
): Promise<boolean> {
  const now = performance.now();
  const column = <K extends keyof HeldConnection>(name: K) => held.map((one) => one[name]);
  const ages = held.map(({ openedAt }) => (now - openedAt) / 1_000);
  // Every writer locks rows in the same order: the gateway, agents by id, clusters by id, connections. A part of the statement
  // that must come after another reads from it.
  const [row] = await acrossOrganizations.$queryRaw<{ isKnown: boolean }[]>`
    WITH gateway AS MATERIALIZED (
      SELECT id FROM gateways WHERE id = ${gatewayId}::uuid FOR KEY SHARE
    ), held AS MATERIALIZED (
      SELECT h.* FROM gateway CROSS JOIN unnest(
        ${column('epoch')}::bigint[], ${column('organizationId')}::uuid[], ${column('clusterId')}::uuid[],
        ${column('agentId')}::uuid[], ${column('version')}::text[], ${column('instance')}::text[], ${ages}::float8[]
      ) AS h(epoch, organization_id, cluster_id, agent_id, version, instance, age)
    ), newest AS MATERIALIZED (
      SELECT DISTINCT ON (agent_id) * FROM held ORDER BY agent_id, epoch DESC
    ), known AS MATERIALIZED (
      SELECT a.id, n.version, n.instance FROM agents a JOIN newest n
        ON a.id = n.agent_id AND a.cluster_id = n.cluster_id AND a.organization_id = n.organization_id
      ORDER BY a.id FOR NO KEY UPDATE OF a
    ), agent AS (
      UPDATE agents a SET version = known.version, instance = known.instance FROM known WHERE a.id = known.id
      RETURNING a.cluster_id, a.organization_id
    ), reached AS MATERIALIZED (
      SELECT id FROM clusters WHERE (id, organization_id) IN (SELECT cluster_id, organization_id FROM agent)
      ORDER BY id FOR NO KEY UPDATE
    ), online AS (
      UPDATE clusters k SET
        -- Of several connections at once the first began the time online.
        connected_at = CASE WHEN k.connected_at IS NULL OR k.offline_since IS NOT NULL THEN now() ELSE k.connected_at END,
        offline_since = NULL,
        last_seen_at = now(),
        agent_dialled_at = coalesce(k.agent_dialled_at, now())
      FROM reached WHERE k.id = reached.id
      RETURNING k.id
    ), added AS (
      INSERT INTO connections (epoch, gateway_id, organization_id, cluster_id, agent_id, since)
      SELECT held.epoch, ${gatewayId}::uuid, held.organization_id, held.cluster_id, held.agent_id,
        now() - held.age * interval '1 second'
      FROM held
      -- The table itself, which has statistics: of two parts of this statement the planner joins each row with each.
      JOIN agents a ON a.id = held.agent_id AND a.cluster_id = held.cluster_id
        AND a.organization_id = held.organization_id
      WHERE (SELECT count(*) FROM online) > 0
      ON CONFLICT (epoch) DO UPDATE SET gateway_id = excluded.gateway_id
    )
    SELECT EXISTS (SELECT FROM gateway) AS "isKnown"`;
  return row?.isKnown === true;
}
