import { EventEmitter } from 'node:events';
import type { Cluster, Level } from '@postern/contracts';
import { roleLevel } from '@postern/contracts';
import type { AgentReport } from '@postern/tunnel';
import { boundedCache } from '../core/bounded-cache.ts';
import { SingleFlight } from '../core/single-flight.ts';
import type { Database } from '../database/database.ts';
import { whenReachable } from '../database/when-reachable.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { ClusterModel } from '../generated/prisma/models.ts';
import type { Principal } from '../identity/principal.ts';
import type { AgentConnection, AgentDirectory } from '../tunnels/agent-directory.ts';
import type { TunnelRegistry } from '../tunnels/tunnel-registry.ts';
import { viewCluster, withAgent } from './cluster-view.ts';

/** A cluster that a principal may reach, with the level they have on it. */
export interface DirectoryCluster {
  id: string;
  organizationId: string;
  organizationSlug: string;
  name: string;
  level: Level;
  /** Null while online, and for a cluster no agent ever connected to. */
  offlineSince: Date | null;
  everConnected: boolean;
}

interface Named {
  organizationId: string;
  clusterId: string;
}

/** How long a look-up is believed; changes made by this process are seen at once. */
const cacheTtlMs = 2_000;

/** What the gateway knows of clusters: who may reach them, whether their agents are here, what those said. */
export class ClusterDirectory implements AgentDirectory {
  /** After any change of a cluster, and after its deletion. */
  readonly changes = new EventEmitter<{ changed: [Named]; deleted: [Named] }>();
  readonly #database: Database;
  readonly #tunnels: Pick<TunnelRegistry, 'roundTrip'>;
  readonly #lists = new SingleFlight<Cluster[]>();
  readonly #found = boundedCache<string, ClusterModel>(5_000, { ttl: cacheTtlMs });
  readonly #foundById = boundedCache<string, ClusterModel>(5_000, { ttl: cacheTtlMs });
  /** Connections that this process holds, by cluster, with the newest epoch among those it held. */
  readonly #connected = new Map<string, { open: Set<bigint>; newest: bigint }>();

  constructor(database: Database, tunnels: Pick<TunnelRegistry, 'roundTrip'>) {
    this.#database = database;
    this.#tunnels = tunnels;
    this.changes.setMaxListeners(0);
    this.changes.on('deleted', () => this.#forget());
  }

  /** Null for an unknown cluster and for someone else's alike. A credential for one cluster opens only that. */
  async find(principal: Principal, organizationSlug: string, clusterName: string): Promise<DirectoryCluster | null> {
    const membership = principal.memberships.find(({ slug }) => slug === organizationSlug);
    if (membership === undefined || clusterName.length > 63) return null;
    const row = await this.#byName(membership.organizationId, clusterName);
    const { clusterId } = principal.credential;
    if (row === null || (clusterId !== null && clusterId !== row.id)) return null;
    return reachable(row, membership);
  }

  /** The cluster of a credential that opens one only; null for any other, and where `find` would answer null. */
  async findOnly(principal: Principal): Promise<DirectoryCluster | null> {
    const { credential, memberships } = principal;
    if (credential.clusterId === null) return null;
    for (const membership of memberships) {
      const row = await this.#byId(membership.organizationId, credential.clusterId);
      if (row !== null) return reachable(row, membership);
    }
    return null;
  }

  /** Null for an agent that is unknown, revoked, or of another cluster. */
  async agentKey(agentId: string, clusterId: string): Promise<{ publicKeyPem: string; organizationId: string } | null> {
    if (!isUuid(agentId) || !isUuid(clusterId)) return null;
    // The agent says who it is before anyone knows its organization.
    const agent = await this.#database.acrossOrganizations.agent.findUnique({
      where: { id: agentId, clusterId, revokedAt: null, cluster: { deletedAt: null } },
    });
    return agent && { publicKeyPem: agent.publicKey, organizationId: agent.organizationId };
  }

  /** Above every epoch before it, over all gateways. */
  async nextEpoch(): Promise<bigint> {
    const rows = await this.#database.acrossOrganizations.$queryRaw<
      { epoch: bigint }[]
    >`SELECT nextval('agent_epoch') AS epoch`;
    const [row] = rows;
    if (row === undefined) throw new Error('nextval answered no row');
    return row.epoch;
  }

  async agentConnected(connection: AgentConnection & { version: string; instance: string }): Promise<void> {
    const { agentId, clusterId: id, organizationId, epoch, version, instance } = connection;
    const here = this.#connected.get(id) ?? { open: new Set(), newest: epoch };
    here.open.add(epoch);
    if (epoch > here.newest) here.newest = epoch;
    this.#connected.set(id, here);
    const now = new Date();
    await whenReachable(async () => {
      const { cluster, agent } = this.#database.scoped;
      // Of several connections at once the first began the time online.
      await cluster.updateMany({
        where: { id, organizationId, OR: [{ connectedAt: null }, { offlineSince: { not: null } }] },
        data: { connectedAt: now, offlineSince: null },
      });
      await cluster.updateMany({ where: { id, organizationId }, data: { lastSeenAt: now } });
      await cluster.updateMany({ where: { id, organizationId, epoch: { lt: epoch } }, data: { epoch } });
      await cluster.updateMany({ where: { id, organizationId, agentDialledAt: null }, data: { agentDialledAt: now } });
      await agent.updateMany({ where: { id: agentId, organizationId }, data: { version, instance } });
    });
    this.#forget();
    this.#changed(connection);
  }

  /** The end of the last connection here takes the cluster offline, unless another gateway has a newer one. */
  async agentDisconnected(connection: AgentConnection): Promise<void> {
    const { clusterId: id, organizationId, epoch } = connection;
    const here = this.#connected.get(id);
    here?.open.delete(epoch);
    if (here !== undefined && here.open.size > 0) return;
    this.#connected.delete(id);
    const now = new Date();
    const where = { id, organizationId, epoch: { lte: here?.newest ?? epoch }, offlineSince: null };
    const data = { offlineSince: now, lastSeenAt: now };
    await whenReachable(() => this.#database.scoped.cluster.updateMany({ where, data }));
    this.#forget();
    this.#changed(connection);
  }

  async agentReported(said: Named & { agentId: string; report: AgentReport }): Promise<void> {
    const { clusterId: id, organizationId, agentId, report } = said;
    const now = new Date();
    const { cluster, agent } = this.#database.scoped;
    await cluster.updateMany({
      where: { id, organizationId },
      data: {
        lastSeenAt: now,
        // What an agent cannot tell any more is not shown as if it still held; the version it knew stays.
        ...(report.kubernetes === undefined ? {} : { kubernetes: report.kubernetes }),
        ...(report.capabilities === undefined ? {} : { capabilities: report.capabilities }),
        problem: report.problem ?? Prisma.DbNull,
      },
    });
    if (report.capabilities?.impersonate === true)
      await cluster.updateMany({
        where: { id, organizationId, permissionsCheckedAt: null },
        data: { permissionsCheckedAt: now },
      });
    const { agentVersion: version, instance, location } = report;
    await agent.updateMany({ where: { id: agentId, organizationId }, data: { version, instance, location } });
    this.#changed(said);
  }

  /** Ends the checklist of joining. Only the first call of a cluster changes anything. */
  async firstRequestServed(clusterId: string): Promise<void> {
    const where = { id: clusterId, firstRequestServedAt: null };
    const row = await this.#database.acrossOrganizations.cluster.findUnique({
      where,
      select: { organizationId: true },
    });
    if (row === null) return;
    await this.#database.scoped.cluster.updateMany({
      where: { ...where, organizationId: row.organizationId },
      data: { firstRequestServedAt: new Date() },
    });
    this.#changed({ clusterId, organizationId: row.organizationId });
  }

  async get(organizationId: string, clusterId: string): Promise<Cluster | null> {
    const row = await this.#database.scoped.cluster.findUnique({
      where: { id: clusterId, organizationId, deletedAt: null },
      include: withAgent,
    });
    return row && viewCluster(row, this.#tunnels.roundTrip(row.id));
  }

  /** By name. Many who ask at the same time share one reading of the database; nobody gets one from before they asked. */
  list(organizationId: string): Promise<Cluster[]> {
    return this.#lists.run(organizationId, () => this.#list(organizationId));
  }

  async #list(organizationId: string): Promise<Cluster[]> {
    const rows = await this.#database.scoped.cluster.findMany({
      where: { organizationId, deletedAt: null },
      include: withAgent,
      orderBy: { name: 'asc' },
    });
    return rows.map((row) => viewCluster(row, this.#tunnels.roundTrip(row.id)));
  }

  /** After a start: what an earlier process left as online is offline since it was last heard of. */
  async markAllOffline(): Promise<void> {
    const rows = await this.#database.acrossOrganizations.cluster.findMany({
      where: { connectedAt: { not: null }, offlineSince: null },
      select: { id: true, organizationId: true, lastSeenAt: true },
    });
    for (const { id, organizationId, lastSeenAt } of rows) {
      await this.#database.scoped.cluster.updateMany({
        where: { id, organizationId },
        data: { offlineSince: lastSeenAt ?? new Date() },
      });
    }
  }

  async #byName(organizationId: string, name: string): Promise<ClusterModel | null> {
    const key = `${organizationId} ${name}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const row = await this.#database.scoped.cluster.findFirst({ where: { organizationId, name, deletedAt: null } });
    if (row !== null) this.#found.set(key, row);
    return row;
  }

  async #byId(organizationId: string, id: string): Promise<ClusterModel | null> {
    const key = `${organizationId} ${id}`;
    const known = this.#foundById.get(key);
    if (known !== undefined) return known;
    const row = await this.#database.scoped.cluster.findUnique({ where: { id, organizationId, deletedAt: null } });
    if (row !== null) this.#foundById.set(key, row);
    return row;
  }

  #forget(): void {
    this.#found.clear();
    this.#foundById.clear();
  }

  #changed({ organizationId, clusterId }: Named): void {
    this.changes.emit('changed', { organizationId, clusterId });
  }
}

function reachable(row: ClusterModel, { slug, role }: Principal['memberships'][number]): DirectoryCluster {
  return {
    id: row.id,
    organizationId: row.organizationId,
    organizationSlug: slug,
    name: row.name,
    level: roleLevel[role],
    offlineSince: row.offlineSince,
    everConnected: row.connectedAt !== null,
  };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
