import type { Prisma } from '../generated/prisma/client.ts';

/**
 * Takes an advisory lock by name until the end of the transaction. For rows that are counted before one is added: two
 * transactions that count at the same time would both find room.
 */
export async function inTurn(transaction: Pick<Prisma.TransactionClient, '$executeRaw'>, name: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}
