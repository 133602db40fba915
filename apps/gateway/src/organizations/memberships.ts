import type { ScopedClient } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { AccountKind, Role } from '../generated/prisma/enums.ts';
import { limitReached } from '../http/api-error.ts';
import type { Limits } from '../limits/limits.ts';

const limitsOf = {
  person: { limit: 'membersPerOrganization', noun: 'members' },
  serviceAccount: { limit: 'serviceAccountsPerOrganization', noun: 'service accounts' },
} as const;

/**
 * Makes an account a member of an organization. No other code does.
 * @throws {ApiError} `limit-reached`: the organization has the maximum number of members, or of service accounts.
 */
export async function addMember(
  transaction: Pick<ScopedClient, '$executeRaw' | 'membership'>,
  limits: Limits,
  { kind = 'person', ...member }: { organizationId: string; userId: string; role: Role; kind?: AccountKind },
): Promise<void> {
  const { organizationId } = member;
  const { limit, noun } = limitsOf[kind];
  await inTurn(transaction, `members ${organizationId}`);
  const count = await transaction.membership.count({ where: { organizationId, user: { kind } } });
  if (!limits.allows(limit, count))
    throw limitReached(`The organization has reached its limit of ${count} ${noun}. Remove one first.`);
  await transaction.membership.create({ data: member });
}
