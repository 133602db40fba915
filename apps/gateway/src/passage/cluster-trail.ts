import type { IncomingMessage } from 'node:http';
import type { ImpersonatedIdentity } from '@postern/kube';
import { v7 } from 'uuid';
import type { ClassifiedRequest } from '../access/classify.ts';
import { type Refusal, refusal } from '../access/refusal.ts';
import { byPrincipal } from '../audit/actor.ts';
import { type AuditLog, AuditUnavailableError } from '../audit/audit-log.ts';
import type { AuditEvent, AuditFacts } from '../audit/event.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import { remoteAddressOf } from '../edge/remote-address.ts';
import type { Principal } from '../identity/principal.ts';

/** What is known of a request to a cluster; filled in by the passes, so that a refusal records what was known by then. */
export interface ClusterRequestFacts {
  principal?: Principal;
  /** The cluster that the path names; null for the only one of the credential. */
  named?: { organization: string; cluster: string } | null;
  cluster?: DirectoryCluster;
  asked?: ClassifiedRequest;
  /** The path without its query. */
  path?: string;
  identity?: ImpersonatedIdentity;
  /** Who asked, if they act as somebody else. */
  realUser?: string;
  /** The recorded session. */
  session?: string | undefined;
  details?: AuditEvent['details'];
}

/** How a request ended. */
export interface ClusterRequestEnd {
  /** Null if there was no answer. */
  status: number | null;
  /** Why, if it did not simply end. */
  reason?: string | null;
  bytesUp: number;
  bytesDown: number;
}

type Kind = ClassifiedRequest['kind'] | 'terminal';

const actions: Record<Kind, string> = {
  unary: 'kube.request',
  watch: 'kube.watch',
  log: 'kube.log',
  proxy: 'kube.proxy',
  exec: 'kube.exec',
  attach: 'kube.attach',
  portforward: 'kube.port-forward',
  terminal: 'terminal.open',
};

/** Kinds that last, of which the start is recorded too. */
const lasting: ReadonlySet<Kind> = new Set(['watch', 'log', 'exec', 'attach', 'portforward', 'terminal']);

/**
 * The entries of one request to a cluster: one when it ends; for what lasts, also one when it starts. For a cluster whose
 * trail is fail-closed, every request has both, and the first is durable before the cluster gets anything.
 */
export class ClusterTrail {
  readonly #log: AuditLog;
  readonly #client: { address: string; userAgent: string };
  readonly #kind: 'terminal' | undefined;
  readonly #startedAt = performance.now();
  readonly #facts: ClusterRequestFacts = {};
  #request: string | null = null;
  #hasEnded = false;

  /** @param kind of a request that the gateway makes itself. */
  constructor(log: AuditLog, client: { address: string; userAgent: string }, kind?: 'terminal') {
    this.#log = log;
    this.#client = client;
    this.#kind = kind;
  }

  /** The trail of a request from a client. */
  static of(log: AuditLog, request: IncomingMessage): ClusterTrail {
    return new ClusterTrail(log, {
      address: remoteAddressOf(request),
      userAgent: request.headers['user-agent'] ?? '',
    });
  }

  know(facts: ClusterRequestFacts): void {
    Object.assign(this.#facts, facts);
  }

  /** Call when the request was admitted, before anything reaches the cluster. @throws Refusal 503 if it must not go on. */
  async admitted(): Promise<void> {
    const { cluster } = this.#facts;
    if (cluster?.auditMode !== 'fail-closed') return;
    this.#request = v7();
    try {
      await this.#log.recordNow(cluster.organizationId, this.#event({ phase: 'start', decision: 'allowed' }));
    } catch (error) {
      if (!(error instanceof AuditUnavailableError)) throw error;
      throw refusal(
        503,
        `Postern cannot record what is done in the cluster "${cluster.name}" right now, and this cluster takes only what is recorded. Try again shortly.`,
      );
    }
  }

  /** Call when the cluster has accepted what lasts. */
  opened(): void {
    const { cluster } = this.#facts;
    if (cluster === undefined || this.#request !== null || this.#hasEnded || !lasting.has(this.#kindOf())) return;
    this.#request = v7();
    this.#log.record(cluster.organizationId, this.#event({ phase: 'start', decision: 'allowed' }));
  }

  /** Call when it is over. Only the first end counts. */
  ended({ status, reason = null, bytesUp, bytesDown }: ClusterRequestEnd): void {
    const denied = status === 401 || status === 403;
    const decision = denied ? 'refused' : status !== null && status >= 500 ? 'error' : 'allowed';
    this.#end({ decision, status, reason: denied ? 'The cluster refused it.' : reason, bytesUp, bytesDown });
  }

  /**
   * Call if Postern refused it. Not recorded: requests without a valid credential, which anybody could send in any number, and
   * those that exceed a limit; metrics count both.
   */
  refused({ status: { code, message } }: Refusal): void {
    if (this.#request === null && (code === 401 || code === 429)) return;
    this.#end({ decision: code >= 500 ? 'error' : 'refused', status: code, reason: message });
  }

  #end(outcome: Pick<AuditFacts, 'decision'> & Partial<AuditFacts>): void {
    const organizationId = this.#organization();
    if (this.#hasEnded || organizationId === undefined) return;
    this.#hasEnded = true;
    const durationMs = Math.round(performance.now() - this.#startedAt);
    this.#log.record(
      organizationId,
      this.#event({ ...outcome, phase: this.#request === null ? null : 'end', durationMs }),
    );
  }

  /** Until the cluster is known, an organization in the path counts only if the person is a member. */
  #organization(): string | undefined {
    const { cluster, principal, named } = this.#facts;
    if (cluster !== undefined) return cluster.organizationId;
    return principal?.memberships.find(({ slug }) => slug === named?.organization)?.organizationId;
  }

  #kindOf(): Kind {
    return this.#kind ?? this.#facts.asked?.kind ?? 'unary';
  }

  #event(more: Pick<AuditFacts, 'decision'> & Partial<AuditFacts>): AuditFacts {
    const { principal, named, cluster, asked, path, identity, realUser = null, session = null, details } = this.#facts;
    if (principal === undefined) throw new Error('the trail of a request begins when it is known whose it is');
    const info = asked?.info;
    const text = (value: string | undefined): string | null => (value === undefined || value === '' ? null : value);
    return {
      ...byPrincipal(principal, this.#client.userAgent),
      action: actions[this.#kindOf()],
      request: this.#request,
      address: this.#client.address,
      identity: identity === undefined ? null : { real: realUser, user: identity.user, groups: identity.groups },
      cluster:
        cluster === undefined
          ? named
            ? { id: null, name: named.cluster }
            : null
          : { id: cluster.id, name: cluster.name },
      verb: text(asked?.verb),
      group: text(info?.apiGroup),
      resource: text(info?.resource),
      subresource: text(info?.subresource),
      namespace: text(info?.namespace),
      name: text(info?.name),
      session,
      details: { ...detailsOf(asked, path), ...details },
      ...more,
    };
  }
}

/** What a stream runs; for paths that are not about a resource, the path. */
function detailsOf(asked: ClassifiedRequest | undefined, path: string | undefined): AuditEvent['details'] {
  if (asked === undefined) return {};
  const { stream, options, info } = asked;
  if (stream === null) return info.isResourceRequest || path === undefined ? {} : { path };
  return {
    ...(options.container === null ? {} : { container: options.container }),
    ...(options.command.length === 0 ? {} : { command: [...options.command] }),
    ...(options.ports.length === 0 ? {} : { ports: options.ports.map(String) }),
  };
}
