import type { Logger } from 'pino';
import type { Clusters } from '../clusters/clusters.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';

/** A cluster that this machine connects automatically. */
interface LocalCluster {
  name: string;
  organization: string;
  clusterId: string;
  joinToken: string;
}

/** Tells the parent process of a cluster that needs an agent, or no longer has one. */
export type LocalClusterMessage =
  | ({ type: 'local-cluster' } & LocalCluster)
  | { type: 'local-cluster-deleted'; clusterId: string };

type TellParent = (message: LocalClusterMessage) => void;

const demoName = 'demo';

/** What local clusters depend on. */
export interface LocalClustersDependencies {
  database: Database;
  clusters: Clusters;
  logger: Logger;
  tell: TellParent | undefined;
}

/**
 * Under `npm start`, the clusters that this machine connects automatically. Every organization gets a demo; those of
 * `--connect` are the user's own, and only the first organization gets them. Does nothing elsewhere.
 */
export class LocalClusters {
  readonly #dependencies: LocalClustersDependencies;
  readonly #hasDemo: boolean;
  readonly #own: string[];

  constructor(dependencies: LocalClustersDependencies, { local }: Pick<Config, 'local'>) {
    this.#dependencies = dependencies;
    const settings = dependencies.tell === undefined ? null : local;
    this.#hasDemo = settings?.demo ?? false;
    this.#own = settings?.clusters ?? [];
  }

  /** Creates them in a new organization. After a failure the organization lacks them; its page offers to add them. */
  async createFor(organization: { id: string; slug: string }): Promise<void> {
    if (this.#hasDemo) await this.#create(organization, demoName);
    if (this.#own.length === 0 || (await this.#first())?.id !== organization.id) return;
    for (const name of this.#own) await this.#create(organization, name);
  }

  /**
   * Call when any cluster was deleted: the parent process knows whether it runs an agent for it. An agent that is refused would
   * try again for as long as it runs.
   */
  deleted(clusterId: string): void {
    this.#dependencies.tell?.({ type: 'local-cluster-deleted', clusterId });
  }

  /**
   * Call at startup: a requested cluster that does not exist yet is created in the first organization; one whose agent never
   * enrolled (the machine went down in between) gets another join token. A demo that somebody deleted is not created again; the
   * parent may not have heard of it.
   */
  async resume(): Promise<void> {
    const { database, clusters } = this.#dependencies;
    if (!this.#hasDemo && this.#own.length === 0) return;
    const first = await this.#first();
    if (first === null) return;
    const rows = await database.acrossOrganizations.cluster.findMany({
      where: {
        OR: [...(this.#hasDemo ? [{ demo: true }] : []), { organizationId: first.id, name: { in: this.#own } }],
      },
      include: { organization: true },
    });
    for (const { id, deletedAt } of rows) if (deletedAt !== null) this.deleted(id);
    for (const { id, name, organizationId, organization } of rows.filter(isWaiting)) {
      const { joinToken } = await clusters.createJoinToken(organizationId, id);
      this.#tell({ name, organization: organization.slug, clusterId: id, joinToken });
    }
    if (this.#hasDemo && !rows.some(({ demo }) => demo)) await this.#create(first, demoName);
    for (const name of this.#own) {
      if (!rows.some((row) => row.name === name && row.deletedAt === null)) await this.#create(first, name);
    }
  }

  #first(): Promise<{ id: string; slug: string } | null> {
    return this.#dependencies.database.acrossOrganizations.organization.findFirst({
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
  }

  async #create({ id: organizationId, slug }: { id: string; slug: string }, name: string): Promise<void> {
    const { clusters, logger } = this.#dependencies;
    try {
      const { id, joining } = await clusters.create(organizationId, { name, demo: name === demoName });
      this.#tell({ name, organization: slug, clusterId: id, joinToken: joining.joinToken });
    } catch (error) {
      logger.warn({ error, name }, 'cannot make a cluster of this machine');
    }
  }

  #tell(cluster: LocalCluster): void {
    this.#dependencies.tell?.({ type: 'local-cluster', ...cluster });
  }
}

function isWaiting(row: { deletedAt: Date | null; keyRegisteredAt: Date | null }): boolean {
  return row.deletedAt === null && row.keyRegisteredAt === null;
}
