import type { AuditMode, AuditSettings as Settings } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import { beginTrails } from './audit-store.ts';

const defaultRetentionDays = 400;

/** What an organization decides about its trail. */
export class AuditSettings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(organizationId: string): Promise<Settings> {
    const { auditHead, cluster } = this.#database.scoped;
    const [head, clusters] = await Promise.all([
      auditHead.findUnique({ where: { organizationId }, select: { retentionDays: true } }),
      cluster.findMany({
        where: { organizationId, deletedAt: null },
        select: { id: true, name: true, auditMode: true },
        orderBy: { name: 'asc' },
      }),
    ]);
    return {
      retentionDays: head?.retentionDays ?? defaultRetentionDays,
      clusters: clusters.map(({ auditMode, ...named }) => ({ ...named, mode: modes[auditMode] })),
    };
  }

  async keepFor(organizationId: string, retentionDays: number): Promise<void> {
    await this.#database.transaction(organizationId, async (transaction) => {
      await beginTrails(transaction, [organizationId]);
      await transaction.auditHead.update({ where: { organizationId }, data: { retentionDays } });
    });
  }
}

const modes = { failOpen: 'fail-open', failClosed: 'fail-closed' } as const satisfies Record<string, AuditMode>;
