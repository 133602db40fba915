import type { ScopedClient } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { Role } from '../generated/prisma/enums.ts';
import { limitReached } from '../http/api-error.ts';
import type { Limits } from '../limits/limits.ts';

/**
 * Makes a person a member of an organization. No other code does.
 * @throws {ApiError} `limit-reached`: the organization has the maximum number of members.
 */
export async function addMember(
  transaction: Pick<ScopedClient, '$executeRaw' | 'membership'>,
  limits: Limits,
  member: { organizationId: string; userId: string; role: Role },
): Promise<void> {
  const { organizationId } = member;
  await inTurn(transaction, `members ${organizationId}`);
  const count = await transaction.membership.count({ where: { organizationId } });
  if (!limits.allows('membersPerOrganization', count))
    throw limitReached(`The organization has reached its limit of ${count} members. Remove one first.`);
  await transaction.membership.create({ data: member });
}
