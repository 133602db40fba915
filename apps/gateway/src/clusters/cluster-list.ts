import type { Cluster } from '@postern/contracts';
import { SingleFlight } from '../core/single-flight.ts';
import type { Database } from '../database/database.ts';
import type { TunnelRegistry } from '../tunnels/tunnel-registry.ts';
import { viewCluster, withAgent } from './cluster-view.ts';

/** Clusters as shown to people. */
export class ClusterList {
  readonly #database: Database;
  readonly #tunnels: Pick<TunnelRegistry, 'roundTrip'>;
  readonly #lists = new SingleFlight<Cluster[]>();

  constructor(database: Database, tunnels: Pick<TunnelRegistry, 'roundTrip'>) {
    this.#database = database;
    this.#tunnels = tunnels;
  }

  async get(organizationId: string, clusterId: string): Promise<Cluster | null> {
    const row = await this.#database.scoped.cluster.findUnique({
      where: { id: clusterId, organizationId, deletedAt: null },
      include: withAgent,
    });
    return row && viewCluster(row, this.#tunnels.roundTrip(row.id));
  }

  /** Sorted by name. Simultaneous calls share one query; no caller gets a result from a query that began before the call. */
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
}
