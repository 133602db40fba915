import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { isSecretOf, readBearerSecret } from './bearer-secret.ts';

/** A valid join token. It stays unused until enrolment. */
export interface JoinClaim {
  tokenId: string;
  /** The token as presented. */
  secret: string;
  organizationId: string;
  clusterId: string;
}

/** Why a join token is refused: it is not ours, was already used, or has expired or been replaced. */
export type JoinRefusal = 'unknown' | 'used' | 'expired';

/** Checks join tokens. */
export class JoinClaims {
  readonly #database: Database;
  readonly #logger: Logger;

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /** @param bearer token of the Authorization header. */
  async check(bearer: string | null | undefined): Promise<JoinClaim | JoinRefusal> {
    if (typeof bearer !== 'string') return 'unknown';
    const shown = readBearerSecret('postern_join', bearer);
    if (shown === null) return 'unknown';
    // The token determines the organization, so it is looked up before that is known.
    const row = await this.#database.acrossOrganizations.joinToken.findUnique({
      where: { id: shown.id, cluster: { deletedAt: null } },
    });
    if (row === null || !isSecretOf(shown.secret, row.secretHash)) return 'unknown';
    const { id: tokenId, organizationId, clusterId } = row;
    if (row.usedAt !== null) {
      this.#logger.warn({ tokenId, organizationId, clusterId }, 'a join token was shown again after its use');
      return 'used';
    }
    if (row.revokedAt !== null || row.expiresAt.getTime() <= Date.now()) return 'expired';
    return { tokenId, secret: bearer, organizationId, clusterId };
  }
}
