import type { ApiToken } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { TokenKind } from '../generated/prisma/enums.ts';
import type { ApiTokenModel } from '../generated/prisma/models.ts';
import { ApiError, limitReached } from '../http/api-error.ts';
import { makeSecret } from '../identity/bearer-secret.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Credential } from '../identity/principal.ts';
import { maxTokenChain, readTokenChain, revokeTokenChain } from '../identity/token-chain.ts';
import type { Limits } from '../limits/limits.ts';

/** A token to create. */
export interface NewToken {
  organizationId: string;
  userId: string;
  kind: TokenKind;
  name: string;
  /** The only permissions of a token of the kind `api`; empty for the others. */
  scopes: readonly string[];
  /** Who makes a token for a service account; null if its own account does. */
  createdById?: string;
  /** The only cluster that it opens; null for all. */
  clusterId: string | null;
  expiresInSeconds: number;
  /** The credential that creates it; null for a password. A token made with a token ends with it. */
  by: Pick<Credential, 'kind' | 'id' | 'expiresAt'> | null;
  /** What whoever signed in just proved; undefined unless this is a sign-in. */
  proved?: { hasSecondFactor: boolean };
}

/** API tokens: shown once, stored as hashes. */
export class ApiTokens {
  readonly #database: Database;
  readonly #credentials: Credentials;
  readonly #limits: Limits;

  constructor(database: Database, credentials: Credentials, limits: Limits) {
    this.#database = database;
    this.#credentials = credentials;
    this.#limits = limits;
  }

  /**
   * `secret` is the token as its holder sends it.
   * @throws {ApiError} `limit-reached`: the person has too many in this organization; `forbidden`: the chain of tokens made
   * with
   *   tokens is too long.
   */
  async create({
    expiresInSeconds,
    by,
    scopes,
    proved,
    ...token
  }: NewToken): Promise<{ token: ApiToken; secret: string; expiresAt: Date }> {
    const { hash, hint, text } = makeSecret();
    const { organizationId, userId } = token;
    const parent = by === null || by.kind === 'browser' ? null : by;
    const most = parent?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY;
    const expiresAt = new Date(Math.min(Date.now() + expiresInSeconds * 1_000, most));
    if (parent !== null) await this.#refuseLongChain(parent.id, userId);
    const row = await this.#database.transaction(organizationId, async (transaction) => {
      await inTurn(transaction, `tokens ${organizationId} ${userId}`);
      const count = await transaction.apiToken.count({ where: living({ organizationId, userId }) });
      if (!this.#limits.allows('tokensPerUser', count))
        throw limitReached(
          `You have ${count} tokens and kubeconfigs in this organization. Revoke one that you no longer use.`,
        );
      const { incarnation } = await transaction.user.findUniqueOrThrow({
        where: { id: userId },
        select: { incarnation: true },
      });
      return transaction.apiToken.create({
        data: {
          ...token,
          scopes: [...scopes],
          provedAt: proved === undefined ? null : new Date(),
          secondFactorAt: proved?.hasSecondFactor ? new Date() : null,
          parentId: parent?.id ?? null,
          userIncarnation: incarnation,
          secretHash: hash,
          hint,
          expiresAt,
        },
      });
    });
    return {
      token: view(row),
      secret: text(row.kind === 'kubeconfig' ? 'postern_kube' : 'postern', row.id),
      expiresAt,
    };
  }

  async #refuseLongChain(id: string, userId: string): Promise<void> {
    const { length } = await readTokenChain(this.#database, { id, userId });
    if (length < maxTokenChain) return;
    throw new ApiError(
      'forbidden',
      `Tokens can create tokens only ${maxTokenChain} levels deep. Sign in to create one.`,
    );
  }

  /** A person's valid tokens in an organization, newest first. */
  async list(organizationId: string, userId: string): Promise<ApiToken[]> {
    const rows = await this.#database.scoped.apiToken.findMany({
      where: living({ organizationId, userId }),
      orderBy: { id: 'desc' },
    });
    return rows.map(view);
  }

  /** Revokes a token and every token made with it. @returns false if the person has no such token here. */
  async revoke(token: { organizationId: string; userId: string; id: string }): Promise<boolean> {
    const count = await revokeTokenChain(this.#database, token);
    if (count > 0) this.#credentials.revoked(token.userId);
    return count > 0;
  }

  /** Revokes the token that makes the request, whatever its organization. */
  async revokeOwn(userId: string, id: string): Promise<void> {
    const row = await this.#database.acrossOrganizations.apiToken.findUnique({ where: { id, userId } });
    if (row !== null) await this.revoke({ organizationId: row.organizationId, userId, id });
  }
}

function living(of: { organizationId: string; userId: string }) {
  const isOfLivingCluster = [{ clusterId: null }, { cluster: { deletedAt: null } }];
  return { ...of, revokedAt: null, expiresAt: { gt: new Date() }, OR: isOfLivingCluster };
}

function view(row: Omit<ApiTokenModel, 'secretHash'>): ApiToken {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    hint: row.hint,
    clusterId: row.clusterId,
    scopes: row.kind === 'api' ? row.scopes : null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
