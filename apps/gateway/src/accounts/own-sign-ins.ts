import type { OwnSignIn } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Principal } from '../identity/principal.ts';
import type { ApiTokens } from '../tokens/api-tokens.ts';

/** A person's sign-ins: browser sessions, and tokens of the command line. What was made with one ends with it. */
export class OwnSignIns {
  readonly #database: Database;
  readonly #tokens: ApiTokens;
  readonly #credentials: Credentials;

  constructor(database: Database, tokens: ApiTokens, credentials: Credentials) {
    this.#database = database;
    this.#tokens = tokens;
    this.#credentials = credentials;
  }

  /** Those that are still valid, newest first. */
  async list({ userId, credential }: Principal): Promise<OwnSignIn[]> {
    const { browserSession, apiToken, user } = this.#database.acrossOrganizations;
    // Its library is needed only here, and seldom.
    const { deviceName } = await import('./device-name.ts');
    const { incarnation } = await user.findUniqueOrThrow({ where: { id: userId } });
    const valid = { userId, userIncarnation: incarnation, revokedAt: null, expiresAt: { gt: new Date() } };
    const [sessions, tokens] = await Promise.all([
      browserSession.findMany({ where: valid }),
      apiToken.findMany({ where: { ...valid, kind: 'cli' } }),
    ]);
    return [
      ...sessions.map((row) => ({
        ...common(row, credential.id),
        kind: 'browser' as const,
        device: deviceName(row.userAgent),
        address: row.clientAddress === '' ? null : row.clientAddress,
        lastSeenAt: row.lastSeenAt.toISOString(),
      })),
      ...tokens.map((row) => ({
        ...common(row, credential.id),
        kind: 'cli' as const,
        device: row.name,
        address: null,
        lastSeenAt: row.lastUsedAt?.toISOString() ?? null,
      })),
    ].sort((one, other) => other.createdAt.localeCompare(one.createdAt));
  }

  /** False if the person has no such sign-in. @throws {ApiError} `forbidden`: for an API token. */
  async revoke(principal: Principal, id: string): Promise<boolean> {
    refuseApiToken(principal);
    const isOne = (await this.list(principal)).find((signIn) => signIn.id === id);
    if (isOne === undefined) return false;
    if (isOne.kind === 'cli') await this.#tokens.revokeOwn(principal.userId, id);
    else await this.#endSessions(principal.userId, { id });
    return true;
  }

  /** Ends all sign-ins but the one that asks. @throws {ApiError} `forbidden`: for an API token. */
  async revokeAllOthers(principal: Principal): Promise<void> {
    refuseApiToken(principal);
    await this.revokeOthers(principal);
  }

  /** The same, for a caller that may be any credential. */
  async revokeOthers({ userId, credential }: Pick<Principal, 'userId' | 'credential'>): Promise<void> {
    await this.#endSessions(userId, { id: { not: credential.id } });
    const tokens = await this.#database.acrossOrganizations.apiToken.findMany({
      where: { userId, kind: 'cli', id: { not: credential.id }, revokedAt: null },
      select: { id: true },
    });
    for (const { id } of tokens) await this.#tokens.revokeOwn(userId, id);
  }

  async #endSessions(userId: string, which: { id: string | { not: string } }): Promise<void> {
    await this.#database.acrossOrganizations.browserSession.updateMany({
      where: { ...which, userId, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    this.#credentials.revoked(userId);
  }
}

function common(row: { id: string; createdAt: Date; expiresAt: Date }, currentId: string) {
  return {
    id: row.id,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    current: row.id === currentId,
  };
}

function refuseApiToken({ credential }: Principal): void {
  if (credential.kind === 'api')
    throw new ApiError('forbidden', 'An API token cannot end sign-ins. Sign in with a browser or `postern login`.');
}
