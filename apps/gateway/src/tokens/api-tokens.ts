import type { ApiToken } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import type { TokenKind } from '../generated/prisma/enums.ts';
import type { ApiTokenModel } from '../generated/prisma/models.ts';
import { makeSecret } from '../identity/bearer-secret.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Credential } from '../identity/principal.ts';

/** Whose token, for what, for how long. */
export interface NewToken {
  organizationId: string;
  userId: string;
  kind: TokenKind;
  name: string;
  /** The only cluster it opens; null: all. */
  clusterId: string | null;
  expiresInSeconds: number;
  /** What asks for it. A token never outlives the token that made it. */
  by: Pick<Credential, 'kind' | 'expiresAt'> | null;
}

/** API tokens: shown once, stored as hashes. */
export class ApiTokens {
  readonly #database: Database;
  readonly #credentials: Credentials;

  constructor(database: Database, credentials: Credentials) {
    this.#database = database;
    this.#credentials = credentials;
  }

  /** `secret` is the token as its holder sends it. */
  async create({
    expiresInSeconds,
    by,
    ...token
  }: NewToken): Promise<{ token: ApiToken; secret: string; expiresAt: Date }> {
    const { hash, hint, text } = makeSecret();
    const wanted = Date.now() + expiresInSeconds * 1_000;
    const most = by === null || by.kind === 'browser' ? Number.POSITIVE_INFINITY : by.expiresAt.getTime();
    const expiresAt = new Date(Math.min(wanted, most));
    const { incarnation } = await this.#database.scoped.user.findUniqueOrThrow({ where: { id: token.userId } });
    const row = await this.#database.scoped.apiToken.create({
      data: { ...token, userIncarnation: incarnation, secretHash: hash, hint, expiresAt },
    });
    return { token: view(row), secret: text('postern', row.id), expiresAt };
  }

  /** Those of a person in an organization that still work, newest first. */
  async list(organizationId: string, userId: string): Promise<ApiToken[]> {
    const rows = await this.#database.scoped.apiToken.findMany({
      where: { organizationId, userId, revokedAt: null, expiresAt: { gt: new Date() }, OR: livingCluster },
      orderBy: { id: 'desc' },
    });
    return rows.map(view);
  }

  /** @returns false when the person has no such token here. */
  async revoke(token: { organizationId: string; userId: string; id: string }): Promise<boolean> {
    const { count } = await this.#database.scoped.apiToken.updateMany({
      where: { ...token, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    this.#credentials.revoked();
    return count > 0;
  }

  /** A token ends itself, in whatever organization it was made. */
  async revokeOwn(userId: string, id: string): Promise<void> {
    const row = await this.#database.acrossOrganizations.apiToken.findUnique({ where: { id, userId } });
    if (row !== null) await this.revoke({ organizationId: row.organizationId, userId, id });
  }
}

const livingCluster = [{ clusterId: null }, { cluster: { deletedAt: null } }];

function view(row: ApiTokenModel): ApiToken {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    hint: row.hint,
    clusterId: row.clusterId,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
