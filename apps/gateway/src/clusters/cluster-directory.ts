import type { AuditMode } from '@postern/contracts';
import type { AgentReport } from '@postern/tunnel';
import { boundedCache } from '../core/bounded-cache.ts';
import type { Database } from '../database/database.ts';
import type { ClusterModel } from '../generated/prisma/models.ts';
import type { Principal } from '../identity/principal.ts';
import type { NamedCluster } from '../leases/remove-connections.ts';
import { auditModes } from './audit-mode.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import { policyOf, type RecordingPolicy } from './recording-policy.ts';

type AgentCapabilities = NonNullable<AgentReport['capabilities']>;

/** A cluster of an organization of which the principal is a member. `ClusterAccess` decides what they may do in it. */
export interface DirectoryCluster {
  id: string;
  organizationId: string;
  organizationSlug: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  /** Null while online, and for a cluster to which no agent has ever connected. */
  offlineSince: Date | null;
  everConnected: boolean;
  recording: RecordingPolicy;
  /** Groups besides the levels that its agent allows: names, or beginnings of names that end in `*`. */
  allowedGroups: readonly string[];
  /** What happens to requests while nothing can be recorded. */
  auditMode: AuditMode;
}

/**
 * How long a look-up is cached; changes made by this process take effect at once. An entry in use is renewed after half of this
 * time, so that active clients never wait for the database.
 */
const cacheTtlMs = 2_000;

/** Finds the cluster that a request is for. */
export class ClusterDirectory {
  readonly #database: Database;
  readonly #changes: ClusterChanges;
  /** Ids by organization and name, and rows by organization and id, because a change names the id. */
  readonly #ids = boundedCache<string, { id: string }>(5_000, { ttl: cacheTtlMs });
  readonly #rows = boundedCache<string, ClusterModel>(5_000, { ttl: cacheTtlMs });
  /** Rows that are being renewed. */
  readonly #renewing = new Set<ClusterModel>();

  constructor(database: Database, changes: ClusterChanges) {
    this.#database = database;
    this.#changes = changes;
    const forget = ({ organizationId, clusterId }: NamedCluster): void => {
      this.#rows.delete(`${organizationId} ${clusterId}`);
    };
    changes.on('changed', forget).on('deleted', forget);
  }

  /** Null for an unknown cluster and for someone else's alike. A credential for one cluster finds no other. */
  async find(principal: Principal, organizationSlug: string, clusterName: string): Promise<DirectoryCluster | null> {
    const membership = principal.memberships.find(({ slug }) => slug === organizationSlug);
    if (membership === undefined || clusterName.length > 63) return null;
    const row = await this.#byName(membership.organizationId, clusterName);
    const { clusterId } = principal.credential;
    if (row === null || (clusterId !== null && clusterId !== row.id)) return null;
    return reachable(row, membership);
  }

  /** The only cluster that a credential opens; null for any other credential, and where `find` would return null. */
  async findOnly(principal: Principal): Promise<DirectoryCluster | null> {
    const { credential, memberships } = principal;
    if (credential.clusterId === null) return null;
    for (const membership of memberships) {
      const row = await this.#byId(membership.organizationId, credential.clusterId);
      if (row !== null) return reachable(row, membership);
    }
    return null;
  }

  /** A request reached the cluster, which completes the steps of joining. Only the first call per cluster has an effect. */
  async firstRequestServed(clusterId: string): Promise<void> {
    const where = { id: clusterId, firstRequestServedAt: null };
    const row = await this.#database.acrossOrganizations.cluster.findUnique({
      where,
      select: { organizationId: true },
    });
    if (row === null) return;
    const { organizationId } = row;
    await this.#database.scoped.cluster.updateMany({
      where: { ...where, organizationId },
      data: { firstRequestServedAt: new Date() },
    });
    this.#changes.emit('changed', { clusterId, organizationId });
  }

  #byName(organizationId: string, name: string): Promise<ClusterModel | null> {
    const key = `${organizationId} ${name}`;
    const known = this.#ids.get(key);
    return this.#current(known && this.#rows.get(`${organizationId} ${known.id}`), async () => {
      const row = await this.#database.scoped.cluster.findFirst({ where: { organizationId, name, deletedAt: null } });
      if (row !== null) this.#ids.set(key, { id: row.id });
      return row;
    });
  }

  #byId(organizationId: string, id: string): Promise<ClusterModel | null> {
    return this.#current(this.#rows.get(`${organizationId} ${id}`), () =>
      this.#database.scoped.cluster.findUnique({ where: { id, organizationId, deletedAt: null } }),
    );
  }

  /** The cached row, or else the result from the database. */
  async #current(known: ClusterModel | undefined, read: () => Promise<ClusterModel | null>) {
    if (known !== undefined) {
      this.#renew(known, read);
      return known;
    }
    const start = performance.now();
    const row = await read();
    if (row !== null) this.#rows.set(keyOf(row), row, { start });
    return row;
  }

  /** A failure has no effect: the next look-up tries again. */
  #renew(known: ClusterModel, read: () => Promise<ClusterModel | null>): void {
    const key = keyOf(known);
    if (this.#renewing.has(known) || this.#rows.getRemainingTTL(key) > cacheTtlMs / 2) return;
    this.#renewing.add(known);
    const start = performance.now();
    const replace = (row: ClusterModel | null): void => {
      // A change made meanwhile may be newer than the row just read.
      if (this.#rows.peek(key) !== known) return;
      this.#rows.delete(key);
      if (row !== null) this.#rows.set(keyOf(row), row, { start });
    };
    read()
      .then(replace, () => {})
      .finally(() => this.#renewing.delete(known));
  }
}

const keyOf = ({ organizationId, id }: ClusterModel): string => `${organizationId} ${id}`;

function reachable(row: ClusterModel, { slug }: Principal['memberships'][number]): DirectoryCluster {
  return {
    id: row.id,
    organizationId: row.organizationId,
    organizationSlug: slug,
    name: row.name,
    labels: row.labels as Record<string, string>,
    offlineSince: row.offlineSince,
    everConnected: row.connectedAt !== null,
    recording: policyOf(row),
    allowedGroups: allowedGroupsOf(row),
    auditMode: auditModes[row.auditMode],
  };
}

/** None for an agent that does not report them, because it is older. */
function allowedGroupsOf({ capabilities }: Pick<ClusterModel, 'capabilities'>): readonly string[] {
  return (capabilities as Partial<AgentCapabilities> | null)?.policy?.allowedGroups ?? [];
}
