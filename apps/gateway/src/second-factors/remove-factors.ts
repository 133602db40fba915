import type { Prisma } from '../generated/prisma/client.ts';

type Factors = Pick<Prisma.TransactionClient, 'totpFactor' | 'passkey' | 'recoveryCode'>;

/**
 * Removes every second factor of a person. Call it in the transaction that ends their credentials.
 * @returns whether there was one.
 */
export async function removeFactors(transaction: Factors, userId: string): Promise<boolean> {
  const where = { userId };
  const totp = await transaction.totpFactor.deleteMany({ where });
  const passkeys = await transaction.passkey.deleteMany({ where });
  await transaction.recoveryCode.deleteMany({ where });
  return totp.count + passkeys.count > 0;
}
