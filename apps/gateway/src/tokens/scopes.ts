import { type Permission, permissions, type Role, rolePermissions } from '@postern/contracts';
import { ApiError } from '../http/api-error.ts';
import { type Principal, permits } from '../identity/principal.ts';

/**
 * The scopes of a token that a principal makes: those that were asked for, by default all that it can have.
 * @param role of the token's account, if it is not the principal's own.
 * @throws {ApiError} `forbidden`: a scope is beyond what the principal, or the token's account, holds.
 */
export function scopesFor(
  principal: Principal,
  organizationId: string,
  asked: readonly Permission[] | undefined,
  role?: Role,
): Permission[] {
  const possible = permissions.filter(
    (permission) =>
      permits(principal, organizationId, permission) &&
      (role === undefined || rolePermissions[role].includes(permission)),
  );
  const scopes = [...new Set(asked ?? possible)];
  const beyond = scopes.filter((scope) => !possible.includes(scope));
  if (beyond.length === 0) return scopes;
  const message = `You cannot give a token what you or its account do not have: ${beyond.join(', ')}.`;
  throw new ApiError('forbidden', message, { fields: [{ path: 'scopes', message }] });
}
