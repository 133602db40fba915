import { EventEmitter } from 'node:events';
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

/** A join token of ours that is not valid any more, shown again. */
export interface RefusedClaim extends Omit<JoinClaim, 'secret'> {
  reason: Exclude<JoinRefusal, 'unknown'>;
}

/** Checks join tokens. Emits `refused` for one that was valid once: its secret is known to somebody who should not use it. */
export class JoinClaims extends EventEmitter<{ refused: [RefusedClaim] }> {
  readonly #database: Database;
  readonly #logger: Logger;

  constructor(database: Database, logger: Logger) {
    super();
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
      this.emit('refused', { tokenId, organizationId, clusterId, reason: 'used' });
      return 'used';
    }
    if (row.revokedAt !== null || row.expiresAt.getTime() <= Date.now()) {
      this.emit('refused', { tokenId, organizationId, clusterId, reason: 'expired' });
      return 'expired';
    }
    return { tokenId, secret: bearer, organizationId, clusterId };
  }
}
