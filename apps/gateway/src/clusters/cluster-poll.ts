import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '@postern/contracts';
import type { Lifecycle } from '../core/lifecycle.ts';
import { ApiError, rateLimited } from '../http/api-error.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import type { ClusterList } from './cluster-list.ts';

/** How long an answer is held back while nothing changes, in milliseconds: less than proxies wait for one. */
const holdMs = 25_000;
/** Changes within this time of a reading are read together, in milliseconds. */
const calmMs = 1_000;
/** A list counts as one request for each this many clusters in it. */
export const clustersOfOneRequest = 10;
/** It is not predictable when another request ends, so clients are told to retry soon. */
const retryPlaceSeconds = 1;

export interface ClusterPollDependencies {
  clusters: Pick<ClusterList, 'list'>;
  changes: ClusterChanges;
  revalidation: Pick<Revalidation, 'watch'>;
  limits: Limits;
  lifecycle: Pick<Lifecycle, 'draining'>;
  /** Default: 25 s. */
  holdMs?: number;
}

/** Who waits for what. */
export interface ClusterPollRequest {
  principal: Principal;
  organizationId: string;
  /** The version that the client has. */
  since: string | undefined;
  /** Aborts when the client has gone. */
  gone: AbortSignal;
}

/** The clusters of an organization for clients without a live connection, which ask again and again. */
export class ClusterPoll {
  readonly #dependencies: ClusterPollDependencies;

  constructor(dependencies: ClusterPollDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Answers as soon as the list differs from the version that the client has, and otherwise after 25 s or when this gateway is
   * about to stop. Counts as an open request, and each reading of a long list as several requests.
   * @throws {ApiError} `rate-limited`; `unauthenticated` within 5 s of the end of the credential.
   */
  async next({
    principal,
    organizationId,
    since,
    gone,
  }: ClusterPollRequest): Promise<{ version: string; items: Cluster[] }> {
    const { changes, revalidation, lifecycle } = this.#dependencies;
    const leave = this.#enter(principal, organizationId);
    const revoked = new AbortController();
    const unwatch = revalidation.watch({ principal }, () => revoked.abort());
    const over = AbortSignal.any([
      gone,
      lifecycle.draining,
      revoked.signal,
      AbortSignal.timeout(this.#dependencies.holdMs ?? holdMs),
    ]);
    const news = new News(over);
    const onChange = (changed: { organizationId: string }): void => {
      if (changed.organizationId === organizationId) news.announce();
    };
    // Before the first reading, so that no change is missed between it and the wait.
    changes.on('changed', onChange);
    changes.on('deleted', onChange);
    try {
      for (;;) {
        const answer = await this.#read(principal, organizationId);
        if (answer.version === since && !over.aborted) await news.wait();
        if (revoked.signal.aborted)
          throw new ApiError('unauthenticated', 'Sign in again: your credential has expired or was revoked.');
        if (answer.version !== since || over.aborted) return answer;
      }
    } finally {
      changes.off('changed', onChange);
      changes.off('deleted', onChange);
      unwatch();
      leave();
    }
  }

  async #read({ userId }: Principal, organizationId: string): Promise<{ version: string; items: Cluster[] }> {
    const { clusters, limits } = this.#dependencies;
    const items = await clusters.list(organizationId);
    limits.charge('requestsPerUser', userId, items.length / clustersOfOneRequest);
    return { version: versionOf(items), items };
  }

  #enter({ userId }: Principal, organizationId: string): () => void {
    const { limits } = this.#dependencies;
    const own = limits.enter('streamsPerUser', userId);
    const all = own && limits.enter('streamsPerOrganization', organizationId);
    if (own !== undefined && all !== undefined) {
      return () => {
        own();
        all();
      };
    }
    own?.();
    throw rateLimited(retryPlaceSeconds, 'Too many requests and streams are open.');
  }
}

/** A version of the list that changes with everything but what changes all the time: round trips and times last seen. */
export function versionOf(items: readonly Cluster[]): string {
  const lasting = items.map(({ agent, ...cluster }) => ({
    ...cluster,
    agent: agent && { ...agent, roundTripMs: null, lastSeenAt: null },
  }));
  return createHash('sha256').update(JSON.stringify(lasting)).digest('base64url');
}

/** Whether there was news since the last wait; several items of news in a short time count as one. */
class News {
  readonly #over: AbortSignal;
  #isNew = false;
  #wake: () => void = () => undefined;

  constructor(over: AbortSignal) {
    this.#over = over;
    over.addEventListener('abort', () => this.#wake(), { once: true });
  }

  announce(): void {
    this.#isNew = true;
    this.#wake();
  }

  /** Resolves after news, a moment later if it came often, and when it is over. */
  async wait(): Promise<void> {
    const since = performance.now();
    if (!this.#isNew && !this.#over.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const calm = Math.max(0, calmMs - (performance.now() - since));
    await delay(calm, undefined, { signal: this.#over }).catch(() => undefined);
    this.#isNew = false;
  }
}
