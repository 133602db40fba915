import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { AuditMode, Cluster, Level } from '@postern/contracts';
import type { AgentReport } from '@postern/tunnel';
import { type AuditLog, AuditUnavailableError } from '../audit/audit-log.ts';
import { type AuditEvent, type AuditFacts, completeEvent } from '../audit/event.ts';
import type { BindingRule } from '../bindings/decide-access.ts';
import { ClusterChanges } from '../clusters/cluster-changes.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import type { SessionViewerStart } from '../sessions/session-viewers.ts';

/** Principals by bearer token or, with kind `browser`, by the cookie `session=<token>`. */
export class FakeAuthenticator {
  readonly principals = new Map<string, Principal>();
  failing = false;

  async authenticate(headers: IncomingHttpHeaders): Promise<Principal | null> {
    if (this.failing) throw new Error('the database is away');
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const cookie = /session=([^;]+)/.exec(headers.cookie ?? '')?.[1];
    const found = this.principals.get(bearer ?? cookie ?? '');
    if (found === undefined) return null;
    return (found.credential.kind === 'browser') === (bearer === undefined) ? found : null;
  }

  async stillValid(principal: Principal): Promise<boolean> {
    if (this.failing) throw new Error('the database is away');
    return [...this.principals.values()].some((other) => other.credential.id === principal.credential.id);
  }
}

export interface FakeCluster {
  id: string;
  organizationId: string;
  slug: string;
  name: string;
  offlineSince: Date | null;
  everConnected: boolean;
  auditMode?: AuditMode;
  /** Groups that its agent allows besides the levels. */
  allowedGroups?: string[];
}

/** Everybody has the same level on every cluster; the test sets it. */
export class FakeBindings {
  level: Level | null = 'admin';
  /** Instead of the level. */
  rules: BindingRule[] | undefined;

  async of(): Promise<BindingRule[]> {
    if (this.rules !== undefined) return this.rules;
    const rule = { id: 'binding', team: null, cluster: {}, groups: [], namespaces: [], expiresAt: null };
    return this.level === null ? [] : [{ ...rule, level: this.level }];
  }
}

/** Clusters in memory. */
export class FakeDirectory {
  readonly clusters: FakeCluster[] = [];
  readonly agents = new Map<string, { clusterId: string; publicKeyPem: string; organizationId: string }>();
  readonly connected: string[] = [];
  readonly disconnected: string[] = [];
  readonly reports: AgentReport[] = [];
  readonly served: string[] = [];
  readonly changes = new ClusterChanges();
  recording: DirectoryCluster['recording'] = { mode: 'best-effort', input: false };
  failing = false;
  #epoch = 0n;

  async find(principal: Principal, slug: string, name: string): Promise<DirectoryCluster | null> {
    if (this.failing) throw new Error('the database is away');
    const found = this.clusters.find((cluster) => cluster.slug === slug && cluster.name === name);
    const isMember = principal.memberships.some((membership) => membership.organizationId === found?.organizationId);
    if (found === undefined || !isMember) return null;
    const { id, organizationId, offlineSince, everConnected, auditMode = 'fail-open', allowedGroups = [] } = found;
    const { recording } = this;
    return {
      id,
      organizationId,
      organizationSlug: slug,
      name,
      labels: {},
      offlineSince,
      everConnected,
      recording,
      allowedGroups,
      auditMode,
    };
  }

  async findOnly(principal: Principal): Promise<DirectoryCluster | null> {
    const found = this.clusters.find(({ id }) => id === principal.credential.clusterId);
    return found === undefined ? null : this.find(principal, found.slug, found.name);
  }

  async organizationOf(agentId: string, clusterId: string): Promise<string | null> {
    return (await this.agentKey(agentId, clusterId))?.organizationId ?? null;
  }

  async agentKey(agentId: string, clusterId: string): Promise<{ publicKeyPem: string; organizationId: string } | null> {
    const agent = this.agents.get(agentId);
    return agent?.clusterId === clusterId ? agent : null;
  }

  async nextEpoch(): Promise<bigint> {
    this.#epoch++;
    return this.#epoch;
  }

  async agentConnected({ agentId }: { agentId: string }): Promise<void> {
    this.connected.push(agentId);
  }

  async agentDisconnected({ agentId }: { agentId: string }): Promise<void> {
    this.disconnected.push(agentId);
  }

  async agentReported({ report }: { report: AgentReport }): Promise<void> {
    this.reports.push(report);
  }

  async firstRequestServed(clusterId: string): Promise<void> {
    this.served.push(clusterId);
  }

  async get(_organizationId: string, clusterId: string): Promise<Cluster | null> {
    return { id: clusterId } as Cluster;
  }

  async list(organizationId: string): Promise<Cluster[]> {
    return this.clusters
      .filter((cluster) => cluster.organizationId === organizationId)
      .map(({ id, name }) => ({ id, name }) as Cluster);
  }
}

export interface RecordedSession {
  id: string;
  kind: string;
  namespace: string;
  pod: string;
  container: string | null;
  command: string[];
  userId: string;
  end?: { reason: string; bytesUp: number; bytesDown: number };
}

export class FakeSessionLog {
  readonly sessions: RecordedSession[] = [];
  readonly ended = new EventEmitter<{ end: [RecordedSession] }>();
  failing = false;
  /** Awaited before each start, in place of the database. */
  beforeStart: (() => Promise<void>) | undefined;

  async start(session: Omit<RecordedSession, 'id' | 'end'>): Promise<string> {
    await this.beforeStart?.();
    if (this.failing) throw new Error('the database is away');
    const id = `0190cccc-0000-7000-8000-${String(this.sessions.length).padStart(12, '0')}`;
    this.sessions.push({ ...session, id });
    return id;
  }

  async end(id: string, end: { reason: string; bytesUp: number; bytesDown: number }): Promise<void> {
    const session = this.sessions.find((one) => one.id === id);
    if (session === undefined) throw new Error(`no session ${id}`);
    session.end = end;
    this.ended.emit('end', session);
  }

  async whatBecameOf(asked: { id: string; userId: string }): Promise<{ endReason: string } | 'open' | null> {
    const session = this.sessions.find(({ id, userId }) => id === asked.id && userId === asked.userId);
    if (session === undefined) return null;
    return session.end === undefined ? 'open' : { endReason: session.end.reason };
  }
}

/** Audit trails in memory. */
export class FakeAuditLog implements AuditLog {
  readonly events: (AuditEvent & { organizationId: string })[] = [];
  failing = false;

  record(organizationId: string, facts: AuditFacts): void {
    this.events.push({ ...completeEvent(facts), organizationId });
  }

  async recordNow(organizationId: string, facts: AuditFacts): Promise<void> {
    if (this.failing) throw new AuditUnavailableError('the database is away');
    this.record(organizationId, facts);
  }
}

/** Records who views terminals. */
export class FakeSessionViewers {
  readonly views: (SessionViewerStart & { hasLeft: boolean })[] = [];
  failing = false;

  async join(start: SessionViewerStart): Promise<() => Promise<void>> {
    if (this.failing) throw new Error('the database is away');
    const view = { ...start, hasLeft: false };
    this.views.push(view);
    return async () => {
      view.hasLeft = true;
    };
  }
}
