import type { CanActivate, ExecutionContext } from '@nestjs/common';
import {
  type OperationId,
  type Permission,
  permissions,
  type Route,
  type RouteAccess,
  rolePermissions,
  routes,
} from '@postern/contracts';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { markAuthenticated } from '../edge/exchange.ts';
import { countedAddressOf } from '../edge/remote-address.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import { comesFromElsewhere, refusesCrossSite } from '../identity/browser-request.ts';
import type { JoinClaim, JoinClaims } from '../identity/join-claims.ts';
import { type Principal, permits } from '../identity/principal.ts';
import { readBearer } from '../identity/signed-tokens.ts';
import type { Limits } from '../limits/limits.ts';
import { ApiError, crossSite, notFound, rateLimited } from './api-error.ts';
import { type CallOrganization, partsOf } from './call.ts';
import { joinRefusal } from './join-refusal.ts';
import { declarationOf } from './operation.ts';

interface AccessGuardDependencies {
  authenticator: Authenticator;
  joinClaims: JoinClaims;
  config: Pick<Config, 'publicOrigin'>;
  limits: Limits;
  freshness: FreshnessCheck;
}

/** For routes with `freshness`: whether the caller has proved just now who they are. */
export interface FreshnessCheck {
  /** @throws {ApiError} `step-up-required`, `rate-limited`. */
  require(principal: Principal, headers: FastifyRequest['headers']): Promise<void>;
}

/** The only guard, for every route: allows what the table of routes says, and denies anything not in it. */
export class AccessGuard implements CanActivate {
  readonly #authenticator: Authenticator;
  readonly #joinClaims: JoinClaims;
  readonly #publicOrigin: string;
  readonly #limits: Limits;
  readonly #freshness: FreshnessCheck;

  constructor(dependencies: AccessGuardDependencies) {
    this.#authenticator = dependencies.authenticator;
    this.#joinClaims = dependencies.joinClaims;
    this.#publicOrigin = dependencies.config.publicOrigin;
    this.#limits = dependencies.limits;
    this.#freshness = dependencies.freshness;
  }

  /** @throws {ApiError} 401, 403, 404, 429; for a join token also 409 and 410. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const declared = declarationOf(context.getHandler());
    if (declared === undefined) throw notFound();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if ('operation' in declared) partsOf(request).operation = declared.operation;
    const route: Pick<Route, 'access' | 'freshness'> =
      'unlisted' in declared ? { access: declared.unlisted } : routes[declared.operation];
    const { access } = route;
    // A load balancer's probes come from the address that its clients share, and must not fail because of those.
    const isProbe = 'unlisted' in declared && declared.unlisted === 'public';
    if (!isProbe && (access === 'public' || access === 'join-token'))
      await this.#count(`address ${countedAddressOf(request.raw)}`);
    const caller = await this.#caller(request, access);
    if (access === 'user') refuseProviders(caller, 'operation' in declared ? declared.operation : undefined);
    if (route.freshness === true) await this.#requireFreshness(caller, request);
    partsOf(request).caller = caller;
    return true;
  }

  async #caller(request: FastifyRequest, access: RouteAccess): Promise<object> {
    switch (access) {
      case 'public':
        if (comesFromElsewhere(request, this.#publicOrigin)) throw crossSite(this.#publicOrigin);
        return {};
      case 'join-token':
        return { claim: await this.#claim(request) };
      case 'user':
        return { principal: await this.#principal(request) };
      default: {
        const principal = await this.#principal(request);
        const organization = memberOf(request, principal, access);
        const seconds = await this.#limits.takeOrWait('requestsPerOrganization', organization.id);
        if (seconds > 0) throw rateLimited(seconds, 'Too many requests to this organization.');
        return { principal, organization };
      }
    }
  }

  async #requireFreshness(caller: object, request: FastifyRequest): Promise<void> {
    // Only people can prove anything: a route that anyone may call, and asks for it, is refused to everyone.
    if (!('principal' in caller)) throw notFound();
    await this.#freshness.require(caller.principal as Principal, request.headers);
  }

  /** Counts one request of a person, or of a network address if it is not authenticated. */
  async #count(who: string): Promise<void> {
    const seconds = await this.#limits.takeOrWait('requestsPerUser', who);
    if (seconds > 0) throw rateLimited(seconds);
  }

  async #claim(request: FastifyRequest): Promise<JoinClaim> {
    const claim = await this.#joinClaims.check(readBearer(request.headers));
    if (typeof claim === 'string') throw joinRefusal(claim);
    markAuthenticated(request.raw);
    return claim;
  }

  async #principal(request: FastifyRequest): Promise<Principal> {
    const principal = await this.#authenticator.authenticate(request.headers);
    // Also for a request that will be refused: while it waits, it must not count as unauthenticated.
    if (principal !== null) markAuthenticated(request.raw);
    await this.#count(principal?.userId ?? `address ${countedAddressOf(request.raw)}`);
    if (principal === null)
      throw new ApiError('unauthenticated', 'Sign in first: your credential is missing, has expired or was revoked.', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    // For the record of a request that is refused below.
    partsOf(request).caller = { principal };
    const { kind } = principal.credential;
    if (kind === 'browser' && refusesCrossSite(request, this.#publicOrigin)) throw crossSite(this.#publicOrigin);
    if (kind === 'kubeconfig' || kind === 'access')
      throw new ApiError(
        'forbidden',
        'This credential opens one cluster with kubectl, not this API. Use an API token.',
      );
    return principal;
  }
}

/** What a sign-in with an organization's provider may do beside that organization. */
const ofProviders: ReadonlySet<OperationId | undefined> = new Set(['getMe', 'signOut', 'stepUp', 'passkeyForStepUp']);

/**
 * Whoever runs a provider can sign in as each of its people, so such a sign-in never reaches the account, which may be of other
 * organizations too. @throws {ApiError} 403.
 */
function refuseProviders(caller: object, operation: OperationId | undefined): void {
  if ('principal' in caller && (caller.principal as Principal).providerOf !== undefined && !ofProviders.has(operation))
    throw new ApiError(
      'forbidden',
      'You signed in with the provider of an organization, which opens that organization only. Sign in with your password or a passkey to do this.',
    );
}

/** @throws {ApiError} 404 if the person is not a member of the organization, whether or not it exists; 403 for their role. */
function memberOf(request: FastifyRequest, principal: Principal, permission: Permission): CallOrganization {
  const { organization: slug } = request.params as { organization?: string };
  const membership = principal.memberships.find((candidate) => candidate.slug === slug);
  if (principal.withheld?.some((candidate) => candidate.slug === slug))
    throw new ApiError(
      'second-factor-required',
      'This organization requires a second factor. Set one up in your account, then try again.',
    );
  if (membership === undefined || !permissions.includes(permission)) throw notFound();
  if (!rolePermissions[membership.role].includes(permission))
    throw new ApiError(
      'forbidden',
      `Your role (${membership.role}) does not allow this. Ask an owner of the organization.`,
    );
  if (!permits(principal, membership.organizationId, permission))
    throw new ApiError('forbidden', `This token does not have the scope ${permission}. Create one that has it.`);
  return { id: membership.organizationId, slug: membership.slug, role: membership.role };
}
