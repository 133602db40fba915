import type { Principal } from '../identity/principal.ts';
import { ApiError } from './api-error.ts';

/** The person who calls. @throws {ApiError} `forbidden`: a service account, which has no address and no way to sign in. */
export function personOf({ userId, username }: Principal): { userId: string; email: string } {
  if (username.startsWith('service-account:'))
    throw new ApiError('forbidden', 'This is for people. A service account has no address, password or second factor.');
  return { userId, email: username };
}
