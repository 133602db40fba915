import type { JoinRefusal } from '../identity/join-claims.ts';
import { ApiError } from './api-error.ts';

/** The response to an agent with an invalid join token: 401, 409 or 410. */
export function joinRefusal(reason: JoinRefusal): ApiError {
  switch (reason) {
    case 'unknown':
      return new ApiError(
        'unauthenticated',
        'The join token is missing or wrong. Copy the install command again from the add-cluster page.',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    case 'used':
      return new ApiError(
        'join-token-used',
        'The join token has already been used; each works once. Create a new one for this cluster.',
      );
    case 'expired':
      return new ApiError(
        'gone',
        'The join token has expired or was replaced by a newer one. Create a new one for this cluster.',
      );
  }
}
