import type { Logger } from 'pino';
import type { Clusters } from '../clusters/clusters.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';

/** A cluster that the machine connects by itself. */
export interface LocalCluster {
  name: string;
  organization: string;
  clusterId: string;
  joinToken: string;
}

/** Tells the program that started this one; it starts an agent. */
export type TellParent = (message: { type: 'local-cluster' } & LocalCluster) => void;

const demoName = 'demo';

/** Under `npm start`: clusters that the machine connects by itself, the demo and those of `--connect`. Elsewhere nothing. */
export class LocalClusters {
  readonly #needs: { database: Database; clusters: Clusters; logger: Logger; tell: TellParent | undefined };
  readonly #names: string[];

  constructor(
    needs: { database: Database; clusters: Clusters; logger: Logger; tell: TellParent | undefined },
    { local }: Pick<Config, 'local'>,
  ) {
    this.#needs = needs;
    this.#names =
      local === null || needs.tell === undefined ? [] : [...(local.demo ? [demoName] : []), ...local.clusters];
  }

  /** In an organization that was just made. A failure leaves the organization without them, which its page can mend. */
  async createFor(organization: { id: string; slug: string }): Promise<void> {
    for (const name of this.#names) {
      try {
        const { id, joining } = await this.#needs.clusters.create(organization.id, { name, demo: name === demoName });
        this.#tell({ name, organization: organization.slug, clusterId: id, joinToken: joining.joinToken });
      } catch (error) {
        this.#needs.logger.warn({ error, name }, 'cannot make a cluster of this machine');
      }
    }
  }

  /**
   * After a start: a cluster that was asked for and is nowhere yet comes to the first organization; one whose agent never
   * enrolled (the machine went down between) gets another join token. A demo that somebody deleted stays away.
   */
  async resume(): Promise<void> {
    const { database, clusters } = this.#needs;
    if (this.#names.length === 0) return;
    const first = await database.scoped.organization.findFirst({ orderBy: { createdAt: 'asc' } });
    if (first === null) return;
    const rows = await database.acrossOrganizations.cluster.findMany({
      where: { name: { in: this.#names } },
      include: { organization: true },
    });
    for (const { id, name, organizationId, organization } of rows.filter(isWaiting)) {
      const { joinToken } = await clusters.createJoinToken(organizationId, id);
      this.#tell({ name, organization: organization.slug, clusterId: id, joinToken });
    }
    for (const name of this.#names) {
      if (rows.some((row) => row.name === name && (row.deletedAt === null || name === demoName))) continue;
      const { id, joining } = await clusters.create(first.id, { name, demo: name === demoName });
      this.#tell({ name, organization: first.slug, clusterId: id, joinToken: joining.joinToken });
    }
  }

  #tell(cluster: LocalCluster): void {
    this.#needs.tell?.({ type: 'local-cluster', ...cluster });
  }
}

function isWaiting(row: { deletedAt: Date | null; keyRegisteredAt: Date | null }): boolean {
  return row.deletedAt === null && row.keyRegisteredAt === null;
}
