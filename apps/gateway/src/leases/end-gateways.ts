import { Prisma } from '../generated/prisma/client.ts';
import { type NamedCluster, removeConnections } from './remove-connections.ts';

/** End reason of a session whose gateway cannot record how it ended. */
export const gatewayStopped = 'The gateway stopped while the session was open.';

/** What the ended gateways had held. */
export interface EndedGateways {
  gateways: number;
  sessions: number;
  /** Clusters that lost a connection. */
  clusters: NamedCluster[];
}

/**
 * Ends what gateways held that were not seen for `deadMs` milliseconds. If several gateways do this at the same time, one of
 * them handles each dead gateway and the others skip it. A gateway that is writing at this moment is not dead and is skipped
 * too.
 */
export async function endDeadGateways(transaction: Prisma.TransactionClient, deadMs: number): Promise<EndedGateways> {
  const dead = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM gateways WHERE ${isDead(deadMs)} FOR UPDATE SKIP LOCKED`;
  return endGateways(
    transaction,
    dead.map(({ id }) => id),
  );
}

/** Ends what one gateway holds, when it shuts down in order. */
export async function endGateway(transaction: Prisma.TransactionClient, id: string): Promise<EndedGateways> {
  // Waits for writes in progress, so that nothing is added afterwards.
  await transaction.$queryRaw`SELECT id FROM gateways WHERE id = ${id}::uuid FOR UPDATE`;
  await transaction.$executeRaw`UPDATE gateways SET seen_at = clock_timestamp() WHERE id = ${id}::uuid`;
  return endGateways(transaction, [id]);
}

/** Condition on a row of `gateways`. */
export function isDead(deadMs: number): Prisma.Sql {
  return Prisma.sql`seen_at < now() - ${deadMs}::float8 * interval '1 millisecond'`;
}

/** The rows of the gateways must be locked, so that nobody adds a connection or a session to them. */
async function endGateways(transaction: Prisma.TransactionClient, ids: string[]): Promise<EndedGateways> {
  if (ids.length === 0) return { gateways: 0, sessions: 0, clusters: [] };
  const sessions = await transaction.$executeRaw`
    UPDATE sessions s
    SET ended_at = greatest(g.seen_at, s.started_at), end_reason = ${gatewayStopped}, gateway_id = NULL
    FROM gateways g WHERE g.id = s.gateway_id AND s.gateway_id = ANY(${ids}::uuid[])`;
  const which = Prisma.sql`c.gateway_id = ANY(${ids}::uuid[])`;
  const clusters = await removeConnections(transaction, which, Prisma.sql`g.seen_at`);
  await transaction.$executeRaw`DELETE FROM gateways WHERE id = ANY(${ids}::uuid[])`;
  return { gateways: ids.length, sessions, clusters };
}
