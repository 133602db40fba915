import type { Role } from '@postern/contracts';
import { ApiError } from '../http/api-error.ts';

/**
 * Whether somebody with a role may change an account from, or to, these roles: only owners make owners, and change them.
 * @throws {ApiError} `forbidden`.
 */
export function requireRankFor(by: Role, roles: readonly Role[]): void {
  if (by === 'owner' || !roles.includes('owner')) return;
  throw new ApiError('forbidden', 'Only owners of the organization can make owners, change them or remove them.');
}
