import { type OperationId, type Route, routes } from '@postern/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { boundedCache } from '../core/bounded-cache.ts';
import type { Database } from '../database/database.ts';
import { logFailure } from '../database/log-failure.ts';
import { remoteAddressOf } from '../edge/remote-address.ts';
import { type CallParts, partsOf } from '../http/call.ts';
import type { JoinClaim } from '../identity/join-claims.ts';
import type { Principal } from '../identity/principal.ts';
import { byAgent, byPrincipal, sourceOf } from './actor.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditFacts } from './event.ts';
import { actionOf, detailsOf, isRecorded, madeId } from './rest-operation.ts';

/** A page that shows the trail, and a program that follows it, read it again and again: one entry for this long, in milliseconds. */
const readAgainMs = 300_000;

interface Caller {
  principal?: Principal;
  claim?: JoinClaim;
}

/** Records requests to the REST API, however they ended: allowed, refused by the guard, or failed. */
export class RestTrail {
  readonly #log: AuditLog;
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #reads = boundedCache<string, true>(10_000, { ttl: readAgainMs });

  constructor(log: AuditLog, database: Database, logger: Logger) {
    this.#log = log;
    this.#database = database;
    this.#logger = logger;
  }

  /** Call when a response has been sent. Never throws. */
  responded(request: FastifyRequest, reply: FastifyReply): void {
    this.#responded(request, reply).catch((error: unknown) =>
      logFailure(this.#logger, error, 'a request to the API could not be recorded', { requestId: request.id }),
    );
  }

  async #responded(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const parts = partsOf(request);
    const { operation, error } = parts;
    if (operation === undefined) return;
    const route: Route = routes[operation];
    const status = reply.statusCode;
    if (!isRecorded(operation, route, status, error?.code)) return;
    if (status < 400 && route.method === 'GET' && this.#wasJustRead(operation, request, parts)) return;
    const event: AuditFacts = {
      ...who(request, parts),
      ...what(operation, request, parts),
      decision: status < 400 ? 'allowed' : status < 500 ? 'refused' : 'error',
      reason: error?.message ?? reasonOf(parts.answer),
      status,
      durationMs: Math.round(reply.elapsedTime),
    };
    for (const organizationId of await this.#organizations(request, parts)) this.#log.record(organizationId, event);
  }

  #wasJustRead(operation: OperationId, request: FastifyRequest, { caller }: CallParts): boolean {
    const { principal } = caller as Caller;
    const key = `${operation} ${principal?.userId} ${principal?.credential.id} ${JSON.stringify(request.params)}`;
    if (this.#reads.has(key)) return true;
    this.#reads.set(key, true);
    return false;
  }

  /**
   * The organizations whose trail has the request: the one that it is about, if the caller is a member; otherwise all of the
   * person's, for what concerns their account. None for requests about somebody else's organization: strangers write nowhere.
   */
  async #organizations(request: FastifyRequest, parts: CallParts): Promise<string[]> {
    const { operation, caller, answer, error } = parts;
    const { principal, claim } = caller as Caller;
    if (claim !== undefined) return [claim.organizationId];
    if (error?.about !== undefined && 'organizationId' in error.about) return [error.about.organizationId];
    // Of no concern to the other organizations of whoever accepts.
    if (operation === 'acceptInvitation') return joinedIn(answer);
    const { organization: slug } = request.params as { organization?: string };
    if (principal !== undefined) {
      // A withheld membership opens nothing, but its organization may know what its member does.
      const memberships = [...principal.memberships, ...(principal.withheld ?? [])];
      const own = slug === undefined ? memberships : memberships.filter((membership) => membership.slug === slug);
      return own.map(({ organizationId }) => organizationId);
    }
    const joined = organizationsIn(answer);
    if (joined.length > 0) return joined;
    const email = emailOf(parts);
    return email === null ? [] : this.#organizationsOf(email);
  }

  async #organizationsOf(email: string): Promise<string[]> {
    // Nobody has signed in, so there is no organization yet.
    const person = await this.#database.acrossOrganizations.user.findUnique({
      where: { email },
      select: { memberships: { select: { organizationId: true } } },
    });
    return person?.memberships.map(({ organizationId }) => organizationId) ?? [];
  }
}

function who(
  request: FastifyRequest,
  parts: CallParts,
): Pick<AuditFacts, 'actor' | 'source' | 'credential' | 'address' | 'userAgent'> {
  const { caller, answer } = parts;
  const { principal, claim } = caller as Caller;
  const userAgent = request.headers['user-agent'] ?? '';
  const from = { address: remoteAddressOf(request.raw), userAgent };
  if (principal !== undefined) return { ...byPrincipal(principal, userAgent), ...from };
  if (claim !== undefined) return { ...byAgent(null), credential: { kind: 'join-token', id: claim.tokenId }, ...from };
  const { user } = (answer ?? {}) as { user?: { id: string; email: string } };
  // Programs ask for a token when they sign in; pages get cookies.
  const isPage = request.headers.origin !== undefined;
  return {
    actor:
      user === undefined
        ? { id: null, name: emailOf(parts) ?? 'nobody', kind: 'nobody' }
        : { id: user.id, name: user.email, kind: 'person' },
    source: sourceOf(isPage ? 'browser' : undefined, userAgent),
    ...from,
  };
}

function what(
  operation: OperationId,
  request: FastifyRequest,
  parts: CallParts,
): Partial<AuditFacts> & { action: string } {
  const { caller, input, answer } = parts;
  const { claim } = caller as Caller;
  const { organization: _, cluster, ...params } = request.params as Record<string, string>;
  const { clusterName, id, name } = (answer ?? {}) as Record<string, unknown>;
  const made = madeId(answer);
  const route: Route = routes[operation];
  const isCluster = route.tag === 'Clusters' && typeof id === 'string';
  return {
    action: actionOf(operation, route),
    request: request.id,
    cluster:
      claim !== undefined
        ? { id: claim.clusterId, name: typeof clusterName === 'string' ? clusterName : '' }
        : cluster === undefined
          ? null
          : { id: isCluster ? id : null, name: cluster },
    name: typeof name === 'string' ? name : (Object.values(params)[0] ?? null),
    details: { ...detailsOf(input.query, input.body), ...(made === undefined ? {} : { id: made }) },
  };
}

function organizationsIn(answer: unknown): string[] {
  const { organizations } = (answer ?? {}) as { organizations?: unknown };
  if (!Array.isArray(organizations)) return [];
  return organizations.flatMap((one: { id?: unknown }) => (typeof one.id === 'string' ? [one.id] : []));
}

function joinedIn(answer: unknown): string[] {
  const { organization } = (answer ?? {}) as { organization?: { id?: unknown } };
  return typeof organization?.id === 'string' ? [organization.id] : [];
}

/** Operations of nobody yet, whose body says which account they are for. */
const namesAccount: ReadonlySet<OperationId | undefined> = new Set(['signIn', 'requestPasswordReset']);

/** Whose account somebody tried to sign in to who is not signed in. */
function emailOf({ operation, input, error }: CallParts): string | null {
  if (error?.about !== undefined && 'email' in error.about) return error.about.email;
  const { email } = (input.body ?? {}) as { email?: unknown };
  return namesAccount.has(operation) && typeof email === 'string' ? email : null;
}

/** An entry of a first step must not look like that of a sign-in. */
function reasonOf(answer: unknown): string | null {
  const isFirstStep =
    typeof answer === 'object' &&
    answer !== null &&
    'secondFactor' in answer &&
    'methods' in Object(answer.secondFactor);
  return isFirstStep ? 'The password was right. A second factor is needed.' : null;
}
