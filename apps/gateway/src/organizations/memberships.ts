import { inTurn } from '../database/in-turn.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { AccountKind, Role } from '../generated/prisma/enums.ts';
import { limitReached } from '../http/api-error.ts';
import type { Limits } from '../limits/limits.ts';

const limitsOf = {
  person: { limit: 'membersPerOrganization', noun: 'members' },
  serviceAccount: { limit: 'serviceAccountsPerOrganization', noun: 'service accounts' },
} as const;

/** What adding a member needs of a transaction: of the organization, or of a sign-up, which makes both. */
export interface MemberRows {
  $executeRaw: Prisma.TransactionClient['$executeRaw'];
  membership: {
    count(asked: { where: Prisma.MembershipWhereInput }): Promise<number>;
    create(asked: { data: Prisma.MembershipUncheckedCreateInput }): Promise<unknown>;
  };
}

/**
 * Makes an account a member of an organization. No other code does.
 * @throws {ApiError} `limit-reached`: the organization has the maximum number of members, or of service accounts.
 */
export async function addMember(
  transaction: MemberRows,
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
