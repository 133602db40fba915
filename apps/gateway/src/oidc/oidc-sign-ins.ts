import type { OidcStart, SignedIn } from '@postern/contracts';
import type { Accounts, Person } from '../accounts/accounts.ts';
import type { SignInLimits } from '../accounts/sign-in-limits.ts';
import type { SignIns, SigningIn, Step } from '../accounts/sign-ins.ts';
import { sourceOf } from '../audit/actor.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Database } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import { dropProviderCookie, holdProviderCookie } from '../identity/cookies.ts';
import type { Principal } from '../identity/principal.ts';
import { type ProviderClient, ProviderError } from './provider-client.ts';
import type { ProviderPeople } from './provider-people.ts';
import type { Providers, UsableProvider } from './providers.ts';
import { newTransactionSecret, transactionSecretOf } from './transaction-secret.ts';

/** How long a person has to sign in at the provider, in milliseconds. */
const transactionMs = 10 * 60_000;

interface Dependencies {
  database: Database;
  providers: Providers;
  client: ProviderClient;
  people: ProviderPeople;
  signIns: SignIns;
  accounts: Accounts;
  limits: SignInLimits;
  audit: AuditLog;
}

/** Sign-in with the OpenID Connect provider of an organization, and linking an account to it. */
export class OidcSignIns {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws {ApiError} `not-found`: no such organization, or it has no provider; `conflict`: the provider does not answer. */
  async start(slug: string, client: SigningIn): Promise<Step<OidcStart>> {
    const { database, limits } = this.#dependencies;
    limits.beforeProvider(client.address);
    // Nobody has signed in, so the organization is not known yet.
    const organization = await database.acrossOrganizations.organization.findUnique({
      where: { slug, deletedAt: null },
    });
    if (organization === null) throw noProvider();
    return this.#begin(organization.id, null);
  }

  /** For whoever signed in otherwise, with a fresh proof. @throws {ApiError} as `start`; `conflict` also for a credential that does not show who the person is. */
  async link({ userId, credential, providerOf }: Principal, organizationId: string): Promise<Step<OidcStart>> {
    if (credential.kind !== 'browser' || providerOf !== undefined)
      throw new ApiError('conflict', 'Sign in with a browser, with your password or a passkey, to link your account.');
    return this.#begin(organizationId, userId);
  }

  /**
   * Signs in, or links, with what the provider sent back. A transaction works once, whatever comes of it.
   * @throws {ApiError} `invalid-credentials`, `conflict`, `forbidden`, `limit-reached`, `rate-limited`.
   */
  async complete(
    { response, cookie }: { response: string; cookie: string | null },
    client: SigningIn,
  ): Promise<Step<SignedIn>> {
    const { limits, providers } = this.#dependencies;
    limits.beforeProvider(client.address);
    const transaction = cookie === null ? null : await this.#take(cookie);
    if (cookie === null || transaction === null) throw startAgain();
    const { organizationId, userId } = transaction;
    const provider = await providers.usable(organizationId);
    if (provider === null || provider.id !== transaction.providerId) throw startAgain();
    try {
      const step = await this.#finish(provider, { response, secret: cookie, userId }, client);
      return { answer: step.answer, cookies: [...step.cookies, dropProviderCookie()] };
    } catch (error) {
      const refusal = error instanceof ProviderError ? new ApiError('invalid-credentials', error.message) : error;
      if (refusal instanceof ApiError) this.#recordRefusal(organizationId, refusal, client);
      throw refusal;
    }
  }

  async #finish(
    provider: UsableProvider,
    { response, secret, userId }: { response: string; secret: string; userId: string | null },
    client: SigningIn,
  ): Promise<Step<SignedIn>> {
    const { client: openId, people, accounts, signIns } = this.#dependencies;
    const vouchedFor = await openId.person(provider, response, transactionSecretOf(secret));
    if (userId !== null) {
      await people.link(provider, vouchedFor, userId);
      return { answer: await accounts.describe(userId), cookies: [] };
    }
    const user: Person = await people.find(provider, vouchedFor);
    await people.applyGroups(provider, user.id, vouchedFor.groups);
    return signIns.viaProvider(user, client, {
      providerOf: provider.organizationId,
      hasSecondFactor: provider.trustsSecondFactor && vouchedFor.hasSecondFactor,
    });
  }

  async #begin(organizationId: string, userId: string | null): Promise<Step<OidcStart>> {
    const { database, providers, client } = this.#dependencies;
    const provider = await providers.usable(organizationId);
    if (provider === null) throw noProvider();
    const secret = newTransactionSecret();
    const url = await client.authorizationUrl(provider, secret).catch((error: unknown) => {
      throw error instanceof ProviderError ? new ApiError('conflict', error.message) : error;
    });
    await this.#removeOld();
    await database.scoped.oidcTransaction.create({
      data: {
        organizationId,
        providerId: provider.id,
        secretHash: secret.hash,
        userId,
        expiresAt: new Date(Date.now() + transactionMs),
      },
    });
    return { answer: { url }, cookies: [holdProviderCookie({ value: secret.text, seconds: transactionMs / 1_000 })] };
  }

  /** Ends a transaction; null if there is none of this secret any more, or somebody was faster. */
  async #take(secret: string) {
    const { oidcTransaction } = this.#dependencies.database.acrossOrganizations;
    const { hash: secretHash } = transactionSecretOf(secret);
    const row = await oidcTransaction.findUnique({ where: { secretHash } });
    const { count } = await oidcTransaction.deleteMany({ where: { secretHash, expiresAt: { gt: new Date() } } });
    return count === 1 ? row : null;
  }

  /** As the challenges of `sign_in_challenges` are removed. */
  async #removeOld(): Promise<void> {
    await this.#dependencies.database.acrossOrganizations.$executeRaw`
      DELETE FROM oidc_transactions WHERE expires_at < now()`;
  }

  /** Who it was is not known, so the trail of REST requests has no organization to write to. */
  #recordRefusal(organizationId: string, refusal: ApiError, { remoteAddress: address, userAgent }: SigningIn): void {
    this.#dependencies.audit.record(organizationId, {
      action: 'auth.complete-oidc',
      decision: 'refused',
      reason: refusal.message,
      source: sourceOf('browser', userAgent),
      actor: { id: null, name: '', kind: 'person' },
      address,
      userAgent,
    });
  }
}

function noProvider(): ApiError {
  return new ApiError('not-found', 'There is no such organization, or it has no provider to sign in with.');
}

function startAgain(): ApiError {
  return new ApiError('invalid-credentials', 'The sign-in took too long, or was completed before. Start again.');
}
