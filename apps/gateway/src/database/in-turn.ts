import type { Prisma } from '../generated/prisma/client.ts';

/**
 * Waits until no other transaction holds the turn of this name, and holds it until the end of this one. For what is counted
 * before it is added: two that count at the same time would both find a place.
 */
export async function inTurn(transaction: Pick<Prisma.TransactionClient, '$executeRaw'>, name: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}
