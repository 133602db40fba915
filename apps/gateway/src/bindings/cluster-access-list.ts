import type { ClusterAccessEntry } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import type { Role } from '../generated/prisma/enums.ts';
import { accountRef, accountRefs, shownAccount } from './account-refs.ts';
import { selectorOf } from './binding-reader.ts';
import { active, forAccount } from './bindings.ts';
import { levelOfRole, matchesLabels } from './decide-access.ts';

/** A cluster whose access is listed. */
interface Listed {
  id: string;
  organizationId: string;
  labels: unknown;
}

/** Who can do what in a cluster, why, and until when. */
export class ClusterAccessList {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Entries by role first, then by binding, oldest first. @param of only those of this account. */
  async list(cluster: Listed, of: string | undefined): Promise<ClusterAccessEntry[]> {
    const [byRole, byBinding] = await Promise.all([this.#byRole(cluster, of), this.#byBinding(cluster, of)]);
    return [...byRole, ...byBinding];
  }

  async #byRole({ organizationId }: Listed, of: string | undefined): Promise<ClusterAccessEntry[]> {
    const rows = await this.#database.scoped.membership.findMany({
      where: {
        organizationId,
        role: { in: Object.keys(levelOfRole) as Role[] },
        ...(of === undefined ? {} : { userId: of }),
      },
      select: { role: true, user: shownAccount },
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(({ role, user }) => ({
      account: accountRef(user),
      level: levelOfRole[role] ?? null,
      groups: [],
      namespaces: [],
      via: { kind: 'role', role },
      expiresAt: null,
    }));
  }

  async #byBinding({ id, organizationId, labels }: Listed, of: string | undefined): Promise<ClusterAccessEntry[]> {
    const found = await this.#database.scoped.binding.findMany({
      where: {
        organizationId,
        ...active(),
        ...(of === undefined ? {} : forAccount(of)),
        NOT: { clusterId: { not: id } },
      },
      include: {
        membership: { select: { user: shownAccount } },
        team: {
          select: { slug: true, members: { select: { userId: true, membership: { select: { user: shownAccount } } } } },
        },
      },
      orderBy: { id: 'asc' },
    });
    const rows = found.filter(
      (row) => row.clusterId !== null || matchesLabels(selectorOf(row), labels as Record<string, string>),
    );
    const nameOf = await accountRefs(
      this.#database,
      organizationId,
      rows.map(({ createdById }) => createdById),
    );
    return rows.flatMap(({ membership, team, ...row }) => {
      const holders =
        membership === null
          ? (team?.members ?? [])
              .filter(({ userId }) => of === undefined || userId === of)
              .map((member) => member.membership.user)
          : [membership.user];
      const { level, groups, namespaces, reason, expiresAt } = row;
      return holders.map((user) => ({
        account: accountRef(user),
        level,
        groups,
        namespaces,
        via: {
          kind: 'binding' as const,
          binding: row.id,
          team: team?.slug ?? null,
          reason,
          createdBy: nameOf(row.createdById),
        },
        expiresAt: expiresAt?.toISOString() ?? null,
      }));
    });
  }
}
