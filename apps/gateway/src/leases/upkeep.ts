import type { Database } from '../database/database.ts';
import type { Prisma } from '../generated/prisma/client.ts';

/**
 * Runs maintenance in one transaction. It may take 30 s: a gateway that gave up sooner would write everything that it holds
 * again, and make a slow database slower.
 */
export function inUpkeep<T>(
  { acrossOrganizations }: Database,
  work: (transaction: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return acrossOrganizations.$transaction(work, { maxWait: 5_000, timeout: 30_000 });
}
