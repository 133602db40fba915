import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import { isSecretOf, readBearerSecret } from '../identity/bearer-secret.ts';

/** A join token that was shown and could be used. Not used yet: only enrolment does that. */
export interface JoinClaim {
  tokenId: string;
  /** As it was shown. */
  secret: string;
  organizationId: string;
  clusterId: string;
}

/** Checks join tokens. */
export class JoinClaims {
  readonly #database: Database;
  readonly #logger: Logger;

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /**
   * @param bearer of the Authorization header.
   * @throws {ApiError} 401 for a token that is not ours, 409 for a used one, 410 for one that has expired or was replaced.
   */
  async check(bearer: string | null | undefined): Promise<JoinClaim> {
    const shown = typeof bearer === 'string' ? readBearerSecret('postern_join', bearer) : null;
    const row =
      shown &&
      // The token says which organization it is for, so it is looked up before that is known.
      (await this.#database.acrossOrganizations.joinToken.findUnique({
        where: { id: shown.id, cluster: { deletedAt: null } },
      }));
    if (typeof bearer !== 'string' || !shown || !row || !isSecretOf(shown.secret, row.secretHash))
      throw new ApiError(
        'unauthenticated',
        'The join token is missing or wrong. Copy the install command again from the add-cluster page.',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    const { id: tokenId, organizationId, clusterId } = row;
    if (row.usedAt !== null) {
      this.#logger.warn({ tokenId, organizationId, clusterId }, 'a join token was shown again after its use');
      throw alreadyUsed();
    }
    if (row.revokedAt !== null || row.expiresAt.getTime() <= Date.now())
      throw new ApiError(
        'gone',
        'The join token has expired or was replaced by a newer one. Make a new one for this cluster.',
      );
    return { tokenId, secret: bearer, organizationId, clusterId };
  }
}

export function alreadyUsed(): ApiError {
  return new ApiError(
    'join-token-used',
    'The join token was used already; each opens one enrolment. Make a new one for this cluster.',
  );
}
