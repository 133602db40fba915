import { EventEmitter } from 'node:events';
import type { Permission } from '@postern/contracts';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { type BearerSecret, isSecretOf } from './bearer-secret.ts';
import { type BrowserSessionRow, readBrowserSession, readToken, type TokenRow } from './credential-rows.ts';
import type { Credential, Principal } from './principal.ts';
import { readTokenChain } from './token-chain.ts';

/** The permission of a credential that opens one cluster. */
const opensClusters: Permission = 'cluster:use';
/** The least time between two updates of a token's last use, in milliseconds. */
const lastUsedEveryMs = 60_000;

/**
 * Looks up credentials in the database. This happens before the organization is known, so it reads across organizations; the
 * result names the organizations that the credential opens.
 */
export class Credentials {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #events = new EventEmitter<{ revoked: [userId: string] }>();

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    this.#events.setMaxListeners(0);
  }

  /** Call when a credential of this person was revoked: cached results about them are dropped. */
  revoked(userId: string): void {
    this.#events.emit('revoked', userId);
  }

  onRevoked(listener: (userId: string) => void): void {
    this.#events.on('revoked', listener);
  }

  /** The principal of an API token; null if the secret does not match. */
  async ofToken({ id, secret }: BearerSecret): Promise<Principal | null> {
    const token = await this.#token(id);
    if (token === null || !isSecretOf(secret, token.secretHash)) return null;
    const { kind, clusterId, expiresAt } = token;
    const principal = this.#principal(token, { kind, id, clusterId, expiresAt });
    if (principal !== null) this.#noteUse(token);
    return principal;
  }

  /** The principal of an already verified credential; null if it is no longer valid. */
  async find(credential: Omit<Credential, 'scopes'>): Promise<Principal | null> {
    switch (credential.kind) {
      case 'api':
      case 'cli':
      case 'kubeconfig': {
        const token = await this.#token(credential.id);
        return token && this.#principal(token, credential);
      }
      case 'browser': {
        const session = await readBrowserSession(this.#database, credential.id);
        return session && this.#principal(session, credential);
      }
      case 'access': {
        const origin = (await this.#token(credential.id)) ?? (await readBrowserSession(this.#database, credential.id));
        return origin && this.#principal(origin, credential);
      }
    }
  }

  /** Null also for a token made with one that is no longer valid. */
  async #token(id: string): Promise<TokenRow | null> {
    const token = await readToken(this.#database, id);
    // Revoking marks the whole chain; this also finds a token made at the same moment.
    if (token === null || token.parentId === null) return token;
    const { holds } = await readTokenChain(this.#database, { id: token.parentId, userId: token.userId });
    return holds ? token : null;
  }

  #principal(row: TokenRow | BrowserSessionRow, shown: Omit<Credential, 'scopes'>): Principal | null {
    const { userId, username } = row;
    if (row.revokedAt !== null || row.expiresAt.getTime() <= Date.now()) return null;
    if (row.disabledAt !== null || row.incarnation !== row.userIncarnation) return null;
    // A token opens the organization in which it was made; a sign-in, with a browser or the command line, opens all of them.
    const opensAll = !('kind' in row) || row.kind === 'cli';
    const opened =
      'providerOf' in row && row.providerOf !== null
        ? openedByProvider(row, row.providerOf)
        : row.memberships.filter((one) => opensAll || ('kind' in row && one.organizationId === row.organizationId));
    const ofState = (state: boolean) =>
      opened.filter(({ isWithheld }) => isWithheld === state).map(({ isWithheld: _, ...membership }) => membership);
    const credential = { ...shown, scopes: scopesOf(row, shown) };
    const provider = 'providerOf' in row && row.providerOf !== null ? { providerOf: row.providerOf } : {};
    return Object.freeze({
      userId,
      username,
      credential,
      memberships: ofState(false),
      withheld: ofState(true),
      ...provider,
    });
  }

  #noteUse(token: { id: string; organizationId: string; lastUsedAt: Date | null }): void {
    const now = new Date();
    if (token.lastUsedAt !== null && now.getTime() - token.lastUsedAt.getTime() < lastUsedEveryMs) return;
    this.#database.scoped.apiToken
      .updateMany({ where: { id: token.id, organizationId: token.organizationId }, data: { lastUsedAt: now } })
      .catch((error: unknown) => this.#logger.warn({ error }, 'cannot note the use of a token'));
  }
}

/**
 * What a sign-in with a provider opens: the organization that configured it. Not as an owner: administrators configure it too,
 * and its word would make them owners.
 */
function openedByProvider(row: BrowserSessionRow, providerOf: string) {
  return row.memberships
    .filter(({ organizationId, role }) => organizationId === providerOf && role !== 'owner')
    .map((one) => ({ ...one, isWithheld: one.isWithheld && !row.hasProvidersFactor }));
}

/** What opens a cluster has no other permission; a sign-in has all; an API token those that it was made with. */
function scopesOf(row: TokenRow | BrowserSessionRow, { kind }: Pick<Credential, 'kind'>): readonly string[] | null {
  const own = 'kind' in row && row.kind === 'api' ? row.scopes : null;
  if (kind !== 'kubeconfig' && kind !== 'access') return own;
  return own === null || own.includes(opensClusters) ? [opensClusters] : [];
}
