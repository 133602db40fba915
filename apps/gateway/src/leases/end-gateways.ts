import { Prisma } from '../generated/prisma/client.ts';
import { type NamedCluster, removeConnections } from './remove-connections.ts';

/** Of a session whose gateway can no longer say how it ended. */
export const gatewayStopped = 'The gateway stopped while the session was open.';

/** What gateways that ended had held. */
export interface EndedGateways {
  gateways: number;
  sessions: number;
  /** Those that lost a connection. */
  clusters: NamedCluster[];
}

/**
 * Takes the gateways that were not seen for `deadMs` milliseconds and ends what they held. Of several gateways that do it at the
 * same time one takes each dead one; the others pass it over. One that is writing at this moment is not dead and passed over, too.
 */
export async function endDeadGateways(transaction: Prisma.TransactionClient, deadMs: number): Promise<EndedGateways> {
  const dead = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM gateways WHERE ${isDead(deadMs)} FOR UPDATE SKIP LOCKED`;
  return endGateways(
    transaction,
    dead.map(({ id }) => id),
  );
}

/** Ends what one gateway holds, now: it stops in order. */
export async function endGateway(transaction: Prisma.TransactionClient, id: string): Promise<EndedGateways> {
  // Waits for what it is still writing, so that nothing is added behind.
  await transaction.$queryRaw`SELECT id FROM gateways WHERE id = ${id}::uuid FOR UPDATE`;
  await transaction.$executeRaw`UPDATE gateways SET seen_at = clock_timestamp() WHERE id = ${id}::uuid`;
  return endGateways(transaction, [id]);
}

/** Condition for a row of `gateways`. */
export function isDead(deadMs: number): Prisma.Sql {
  return Prisma.sql`seen_at < now() - ${deadMs}::float8 * interval '1 millisecond'`;
}

/** The rows of the gateways must be locked: then nobody adds a connection or a session to them. */
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
