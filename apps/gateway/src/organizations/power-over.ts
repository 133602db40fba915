import { type Role, roles } from '@postern/contracts';
import type { Principal } from '../identity/principal.ts';

/**
 * Whether somebody has power over a whole account, and not only over its membership of one organization: in each organization of
 * the person they are an administrator or owner, of no lower role.
 */
export function hasPowerOver(
  by: Pick<Principal, 'memberships'>,
  of: { memberships: readonly { organizationId: string; role: Role }[] },
): boolean {
  return of.memberships.every((theirs) => {
    const mine = by.memberships.find((one) => one.organizationId === theirs.organizationId);
    return mine !== undefined && isManager(mine.role) && rank(mine.role) >= rank(theirs.role);
  });
}

const rank = (role: Role): number => roles.indexOf(role);
const isManager = (role: Role): boolean => role === 'admin' || role === 'owner';
