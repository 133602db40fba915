import { OidcGroupMapping, type OidcProvider, type OidcTest, type SetOidcRequest } from '@postern/contracts';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { Database } from '../database/database.ts';
import type { OidcProviderModel } from '../generated/prisma/models.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Sealed } from '../identity/sealed.ts';
import { type DomainProofs, domainProofOf } from './domain-proof.ts';
import { type ProviderAccess, type ProviderClient, ProviderError } from './provider-client.ts';

interface Dependencies {
  database: Database;
  sealed: Sealed;
  credentials: Credentials;
  client: ProviderClient;
  domains: DomainProofs;
}

/** A provider as it is used to sign in. */
export interface UsableProvider extends ProviderAccess {
  id: string;
  organizationId: string;
  domains: string[];
  groupMappings: OidcGroupMapping[];
  trustsSecondFactor: boolean;
}

/** The OpenID Connect providers of organizations, at most one each. */
export class Providers {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws {ApiError} `not-found`. */
  async get(organizationId: string): Promise<OidcProvider> {
    const row = await this.#row(organizationId);
    if (row === null) throw notFound();
    return this.#view(row);
  }

  /** Null if the organization has none. @throws {ApiError} `conflict`: the gateway's secret was replaced since. */
  async usable(organizationId: string): Promise<UsableProvider | null> {
    const row = await this.#row(organizationId);
    if (row === null) return null;
    const secret = this.#dependencies.sealed.open(row.id, row.sealedSecret);
    if (secret === null)
      throw new ApiError('conflict', 'The client secret of the provider cannot be read any more. Enter it again.');
    return { ...row, groupMappings: mappingsOf(row), clientSecret: secret.toString() };
  }

  /**
   * Sets or replaces the provider. Another issuer or client ends the sign-ins that the one before vouched for.
   * @throws {ApiError} `invalid-request`: an address that may not be asked, a domain that was not shown, no secret.
   */
  async set(organizationId: string, asked: z.output<typeof SetOidcRequest>): Promise<OidcProvider> {
    const { database, sealed } = this.#dependencies;
    const { clientSecret: given, ...settings } = asked;
    this.#checkIssuer(settings.issuer);
    const before = await this.usable(organizationId).catch(() => null);
    const isSame = before !== null && before.issuer === settings.issuer && before.clientId === settings.clientId;
    const clientSecret = given ?? (isSame ? before.clientSecret : undefined);
    if (clientSecret === undefined) throw invalid('clientSecret', 'Enter the secret of this client.');
    await this.#requireDomains(organizationId, settings.domains, isSame ? before.domains : []);
    const id = v7();
    const row = { ...settings, id, sealedSecret: sealed.seal(id, Buffer.from(clientSecret)), updatedAt: new Date() };
    await database.transaction(organizationId, async (transaction) => {
      // A new row: sign-ins that are under way end with the old one.
      await transaction.oidcProvider.deleteMany({ where: { organizationId } });
      await transaction.oidcProvider.create({ data: { organizationId, ...row } });
    });
    if (!isSame) await this.#endSignIns(organizationId);
    return this.get(organizationId);
  }

  /** Ends the sign-ins that it vouched for. @throws {ApiError} `not-found`. */
  async remove(organizationId: string): Promise<void> {
    const { count } = await this.#dependencies.database.scoped.oidcProvider.deleteMany({ where: { organizationId } });
    if (count === 0) throw notFound();
    await this.#endSignIns(organizationId);
  }

  /** @throws {ApiError} `not-found`. */
  async test(organizationId: string): Promise<OidcTest> {
    const provider = await this.usable(organizationId);
    if (provider === null) throw notFound();
    try {
      await this.#dependencies.client.test(provider);
      return { works: true, error: null };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return { works: false, error: error.message };
    }
  }

  async #endSignIns(organizationId: string): Promise<void> {
    const { database, credentials } = this.#dependencies;
    const ended = await database.acrossOrganizations.browserSession.updateManyAndReturn({
      where: { providerOf: organizationId, revokedAt: null },
      data: { revokedAt: new Date() },
      select: { userId: true },
    });
    for (const { userId } of ended) credentials.revoked(userId);
  }

  /** @param shown domains that were shown before. @throws {ApiError} `invalid-request`. */
  async #requireDomains(organizationId: string, domains: readonly string[], shown: readonly string[]): Promise<void> {
    for (const domain of domains) {
      if (shown.includes(domain) || (await this.#dependencies.domains.isShown(domain, organizationId))) continue;
      const proof = domainProofOf(organizationId);
      throw invalid(
        'domains',
        `Show that ${domain} is yours: add a TXT record _postern.${domain} with the value ${proof} and try again.`,
      );
    }
  }

  #checkIssuer(issuer: string): void {
    try {
      this.#dependencies.client.checkIssuer(issuer);
    } catch (error) {
      if (error instanceof ProviderError) throw invalid('issuer', error.message);
      throw error;
    }
  }

  #row(organizationId: string): Promise<OidcProviderModel | null> {
    return this.#dependencies.database.scoped.oidcProvider.findUnique({ where: { organizationId } });
  }

  #view(row: OidcProviderModel): OidcProvider {
    const { issuer, clientId, domains, groupsClaim, trustsSecondFactor, organizationId } = row;
    return {
      issuer,
      clientId,
      domains,
      groupsClaim,
      groupMappings: mappingsOf(row),
      trustsSecondFactor,
      redirectUri: this.#dependencies.client.redirectUri,
      domainProof: domainProofOf(organizationId),
      updatedAt: row.updatedAt.toISOString(),
    };
  }
}

const mappingsOf = ({ groupMappings }: Pick<OidcProviderModel, 'groupMappings'>): OidcGroupMapping[] =>
  z.array(OidcGroupMapping).parse(groupMappings);

function invalid(path: string, message: string): ApiError {
  return new ApiError('invalid-request', message, { fields: [{ path, message }] });
}
