import { Email } from '@postern/contracts';
import type { Configuration } from 'openid-client';
import { ReachableNetworks, UnreachableByPolicyError } from '../audit/webhooks/reachable.ts';
import { AnswerTooLongError, providerFetch } from './provider-fetch.ts';
import type { TransactionSecret } from './transaction-secret.ts';

/** Loaded when first needed: where no organization has a provider it is never used. */
const openId = () => import('openid-client');

/** A provider, with the secret of our client there. */
export interface ProviderAccess {
  issuer: string;
  clientId: string;
  clientSecret: string;
  groupsClaim: string;
}

/** A person, as a provider vouches for them. */
export interface ProviderPerson {
  /** Never changes, and is never given to anybody else (OpenID Connect Core, 5.7). */
  subject: string;
  /** Canonical; null if there is none that could be an account's, or the provider does not say that it is verified. */
  email: string | null;
  groups: string[];
  /** Whether the provider says that it asked for several factors (RFC 8176, `mfa`). */
  hasSecondFactor: boolean;
}

/** The provider did not do what it should. The message is for people, and says what to change there. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

/** OpenID Connect with the provider of a tenant: authorization code with PKCE, state and nonce. */
export class ProviderClient {
  readonly #redirectUri: string;
  readonly #networks: ReachableNetworks;

  constructor({ publicOrigin, webhookNetworks }: { publicOrigin: string; webhookNetworks: readonly string[] }) {
    this.#redirectUri = `${publicOrigin}/account/provider`;
    this.#networks = new ReachableNetworks(webhookNetworks);
  }

  get redirectUri(): string {
    return this.#redirectUri;
  }

  /** Checks what is known of an issuer without asking anybody. @throws {ProviderError} */
  checkIssuer(issuer: string): void {
    const url = new URL(issuer);
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      throw new ProviderError('An issuer has no user, no query and no fragment.');
    try {
      this.#networks.check(url);
    } catch (error) {
      throw new ProviderError((error as Error).message);
    }
  }

  /** The address at which the person signs in. @throws {ProviderError} */
  async authorizationUrl(access: ProviderAccess, secret: TransactionSecret): Promise<string> {
    return this.#explained(async () => {
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await openId();
      const configuration = await this.#discover(access);
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: this.#redirectUri,
        scope: scopeFor(configuration),
        state: secret.state,
        nonce: secret.nonce,
        code_challenge: await calculatePKCECodeChallenge(secret.codeVerifier),
        code_challenge_method: 'S256',
      });
      // A browser is sent there, so it must not be `javascript:` or the like.
      if (url.protocol !== 'https:' && url.protocol !== new URL(access.issuer).protocol)
        throw new ProviderError('The provider’s authorization endpoint is not an https:// address.');
      return url.href;
    });
  }

  /** Whoever signed in. @param response the query with which the provider redirected. @throws {ProviderError} */
  async person(access: ProviderAccess, response: string, secret: TransactionSecret): Promise<ProviderPerson> {
    return this.#explained(async () => {
      const { authorizationCodeGrant, fetchUserInfo } = await openId();
      const configuration = await this.#discover(access);
      const url = new URL(this.#redirectUri);
      url.search = response;
      const tokens = await authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: secret.codeVerifier,
        expectedState: secret.state,
        expectedNonce: secret.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new ProviderError('The provider sent no ID token.');
      // Some providers have e-mail address and groups only there. What the signed token says counts first.
      const isComplete = claims.email !== undefined && claims[access.groupsClaim] !== undefined;
      const more =
        isComplete || configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return personOf({ ...more, ...claims }, access.groupsClaim);
    });
  }

  /** @throws {ProviderError} what keeps the provider from working with Postern. */
  async test(access: ProviderAccess): Promise<void> {
    await this.#explained(async () => {
      const { authorization_endpoint, token_endpoint, jwks_uri, code_challenge_methods_supported } = (
        await this.#discover(access)
      ).serverMetadata();
      const missing = Object.entries({ authorization_endpoint, token_endpoint, jwks_uri })
        .filter(([, value]) => value === undefined)
        .map(([name]) => name);
      if (missing.length > 0) throw new ProviderError(`The provider’s configuration lacks ${missing.join(', ')}.`);
      if (code_challenge_methods_supported?.includes('S256') === false)
        throw new ProviderError('The provider does not support PKCE with S256. Enable it for this client.');
    });
  }

  async #discover({ issuer, clientId, clientSecret }: ProviderAccess): Promise<Configuration> {
    const { allowInsecureRequests, customFetch, discovery, enableNonRepudiationChecks } = await openId();
    this.checkIssuer(issuer);
    const isPlain = new URL(issuer).protocol === 'http:';
    return discovery(new URL(issuer), clientId, clientSecret, undefined, {
      // The signature of the ID token is checked as well, not only the connection that it came over.
      execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
      [customFetch]: providerFetch(this.#networks),
    });
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof ProviderError ? error : new ProviderError(explanation(error), { cause: error });
    }
  }
}

/** `groups` is no standard scope: asked for only where the provider says that it knows it. */
function scopeFor(configuration: Configuration): string {
  const supported = configuration.serverMetadata().scopes_supported ?? [];
  return ['openid', 'email', 'profile', ...(supported.includes('groups') ? ['groups'] : [])].join(' ');
}

function personOf(claims: Record<string, unknown> & { sub: string }, groupsClaim: string): ProviderPerson {
  const email = claims.email_verified === true ? Email.safeParse(claims.email) : undefined;
  const groups = claims[groupsClaim];
  const { amr } = claims;
  return {
    subject: claims.sub,
    email: email?.success === true ? email.data : null,
    groups: Array.isArray(groups) ? groups.filter((group): group is string => typeof group === 'string') : [],
    hasSecondFactor: Array.isArray(amr) && amr.includes('mfa'),
  };
}

const known: Record<string, string> = {
  invalid_client: 'The provider does not accept our client id and secret. Enter those that it shows for this client.',
  invalid_grant: 'The provider no longer accepts this sign-in. Start again.',
  access_denied: 'The provider refused the sign-in. Ask its administrator whether you may use this application.',
};

/** What went wrong, from the library's error and those beneath it; nothing about the network that the gateway stands in. */
function explanation(error: unknown): string {
  const chain: (Error & { code?: unknown; error?: unknown })[] = [];
  for (let one = error; one instanceof Error && chain.length < 5; one = one.cause) chain.push(one);
  for (const one of chain) {
    if (one instanceof UnreachableByPolicyError) return one.message;
    if (one instanceof AnswerTooLongError) return 'The provider’s answer is too long.';
    if (typeof one.error === 'string' && known[one.error] !== undefined) return known[one.error] ?? '';
    if (one.name === 'TimeoutError' || one.name === 'AbortError') return 'The provider did not answer within 10 s.';
    if (typeof one.code === 'string' && /^E[A-Z]+$/.test(one.code))
      return `The provider cannot be reached (${one.code}).`;
  }
  // The library names the claim of a token in the cause of its error.
  const claim = chain.map(({ cause }: { cause?: unknown }) => (cause as { claim?: unknown } | undefined)?.claim);
  const wrong = claim.find((one) => typeof one === 'string');
  if (wrong !== undefined) return `The provider’s token is not for this sign-in: its ${wrong} is wrong. Start again.`;
  const message = chain[0]?.message ?? 'unknown error';
  return `The provider’s answer is not valid: ${message}. Check issuer, client id and the address to return to.`.slice(
    0,
    300,
  );
}
