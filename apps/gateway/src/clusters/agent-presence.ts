import type { AgentReport } from '@postern/tunnel';
import { Batches } from '../core/batches.ts';
import { type Database, isUnreachable } from '../database/database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { GatewayLease } from '../leases/gateway-lease.ts';
import { type NamedCluster, removeConnections } from '../leases/remove-connections.ts';
import { inUpkeep } from '../leases/upkeep.ts';
import type { AgentConnection, AgentDirectory } from '../tunnels/agent-directory.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import { type HeldConnection, publishConnections } from './publish-connections.ts';

/** How long changes of connections are collected, in milliseconds, and how many one statement writes. */
const collected = { waitMs: 50, most: 1_000 };

type Change = { opened: HeldConnection } | { closed: AgentConnection };

/** Records which agents are connected, here and to other gateways, and what they reported. */
export class AgentPresence implements AgentDirectory {
  readonly #database: Database;
  readonly #lease: GatewayLease;
  readonly #changes: ClusterChanges;
  /** The connections of this process, by epoch. Authoritative; the rows follow it. */
  readonly #open = new Map<bigint, HeldConnection>();
  readonly #writes = new Batches<Change>((changes) => this.#write(changes), collected);

  constructor(database: Database, lease: GatewayLease, changes: ClusterChanges) {
    this.#database = database;
    this.#lease = lease;
    this.#changes = changes;
    lease.on('renewed', () => this.#publishAgain());
    lease.on('ended', (clusters) => this.#changed(clusters));
  }

  /** An agent's public key; null if the agent is unknown, revoked, or of another cluster. */
  async agentKey(agentId: string, clusterId: string): Promise<{ publicKeyPem: string; organizationId: string } | null> {
    if (!isUuid(agentId) || !isUuid(clusterId)) return null;
    // The agent identifies itself before its organization is known.
    const agent = await this.#database.acrossOrganizations.agent.findUnique({
      where: { id: agentId, clusterId, revokedAt: null, cluster: { deletedAt: null } },
    });
    return agent && { publicKeyPem: agent.publicKey, organizationId: agent.organizationId };
  }

  /** The organization of an agent that was ever enrolled, also if it is revoked or its cluster deleted; null for any other. */
  async organizationOf(agentId: string, clusterId: string): Promise<string | null> {
    if (!isUuid(agentId) || !isUuid(clusterId)) return null;
    const agent = await this.#database.acrossOrganizations.agent.findUnique({ where: { id: agentId, clusterId } });
    return agent?.organizationId ?? null;
  }

  /** A new epoch, higher than every earlier one on any gateway. */
  async nextEpoch(): Promise<bigint> {
    const rows = await this.#database.acrossOrganizations.$queryRaw<
      { epoch: bigint }[]
    >`SELECT nextval('agent_epoch') AS epoch`;
    const [row] = rows;
    if (row === undefined) throw new Error('nextval answered no row');
    return row.epoch;
  }

  /** Records a connection. Resolves once it is stored, or will be stored later because the database is unavailable. */
  agentConnected(connection: AgentConnection & { version: string; instance: string }): Promise<void> {
    const opened = { ...connection, openedAt: performance.now() };
    this.#open.set(connection.epoch, opened);
    return this.#writes.add({ opened });
  }

  /** Records the end of a connection. The last one, on any gateway, takes the cluster offline. Resolves like `agentConnected`. */
  agentDisconnected(closed: AgentConnection): Promise<void> {
    this.#open.delete(closed.epoch);
    return this.#writes.add({ closed });
  }

  async agentReported(said: Omit<AgentConnection, 'epoch'> & { report: AgentReport }): Promise<void> {
    const { clusterId: id, organizationId, agentId, report } = said;
    const now = new Date();
    const { cluster, agent } = this.#database.scoped;
    await cluster.updateMany({
      where: { id, organizationId },
      data: {
        lastSeenAt: now,
        // Facts that an agent can no longer report are not shown as if they still held; the last known version is kept.
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
    this.#changed([said]);
  }

  /** Stops writing: the remaining connections end with the lease. Resolves when no write is in progress. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  async #write(changes: Change[]): Promise<void> {
    // A connection may be published again while its first publication is in progress.
    const opened = [...new Set(changes.flatMap((change) => ('opened' in change ? [change.opened] : [])))];
    const closed = changes.flatMap((change) => ('closed' in change ? [change.closed] : []));
    try {
      // In this order, because a connection may open and close within one batch, and never reopens.
      if (opened.length > 0) await this.#publish(opened);
      if (closed.length > 0) await this.#remove(closed);
      this.#changed([...opened, ...closed]);
    } catch (error) {
      this.#lease.incomplete(error);
      if (!isUnreachable(error)) throw error;
    }
  }

  async #publish(opened: HeldConnection[]): Promise<void> {
    const { id } = this.#lease;
    if (await publishConnections(this.#database, id, opened)) return;
    await this.#lease.lost(id);
    if (!(await publishConnections(this.#database, this.#lease.id, opened)))
      this.#lease.incomplete(new Error('this gateway has no lease'));
  }

  async #remove(closed: AgentConnection[]): Promise<void> {
    const epochs = closed.map(({ epoch }) => epoch);
    const organizations = closed.map(({ organizationId }) => organizationId);
    const which = Prisma.sql`(c.epoch, c.organization_id) IN (
      SELECT * FROM unnest(${epochs}::bigint[], ${organizations}::uuid[]))`;
    await inUpkeep(this.#database, (transaction) => removeConnections(transaction, which, Prisma.sql`now()`));
  }

  /** Queued behind the write in progress, so that a connection that closes meanwhile is not published again. */
  #publishAgain(): void {
    for (const opened of this.#open.values()) {
      // A failure is recorded on the lease.
      this.#writes.add({ opened }).catch(() => {});
    }
  }

  #changed(clusters: NamedCluster[]): void {
    const byId = new Map(clusters.map(({ organizationId, clusterId }) => [clusterId, { organizationId, clusterId }]));
    for (const cluster of byId.values()) this.#changes.emit('changed', cluster);
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
