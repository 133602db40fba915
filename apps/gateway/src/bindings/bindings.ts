import type { Binding, BindingQuery, GrantAccessRequest } from '@postern/contracts';
import type { z } from 'zod';
import type { Database, ScopedClient } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { ApiError, limitReached } from '../http/api-error.ts';
import type { Limits } from '../limits/limits.ts';
import { accountRef, accountRefs, shownAccount } from './account-refs.ts';
import { type BindingReader, selectorOf } from './binding-reader.ts';
import { matchesLabels } from './decide-access.ts';

const related = {
  membership: { select: { user: shownAccount } },
  team: { select: { id: true, slug: true } },
  cluster: { select: { id: true, name: true } },
} as const;
type Row = Prisma.BindingGetPayload<{ include: typeof related }>;

/** What a new binding says, whoever it is for. */
export type NewBinding = Pick<
  Prisma.BindingUncheckedCreateInput,
  'userId' | 'teamId' | 'clusterId' | 'clusterSelector' | 'level' | 'groups' | 'namespaces' | 'reason' | 'expiresAt'
> & { organizationId: string; createdById: string };

/** A binding still counts: neither revoked, nor expired, nor for a deleted cluster. */
export const active = () =>
  ({
    revokedAt: null,
    AND: [
      { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
      { OR: [{ clusterId: null }, { cluster: { deletedAt: null } }] },
    ],
  }) satisfies Prisma.BindingWhereInput;

/**
 * Adds a binding. No other code does.
 * @throws {ApiError} `limit-reached`: the organization has the maximum number.
 */
export async function addBinding(
  transaction: Pick<ScopedClient, '$executeRaw' | 'binding'>,
  limits: Limits,
  binding: NewBinding,
): Promise<string> {
  const { organizationId } = binding;
  await inTurn(transaction, `bindings ${organizationId}`);
  const count = await transaction.binding.count({ where: { organizationId, ...active() } });
  if (!limits.allows('bindingsPerOrganization', count))
    throw limitReached(
      `The organization has ${count} bindings. Revoke some that are no longer needed; teams and labels need fewer.`,
    );
  const { id } = await transaction.binding.create({ data: binding, select: { id: true } });
  return id;
}

/** Bindings, as people give and revoke them. */
export class Bindings {
  readonly #database: Database;
  readonly #reader: BindingReader;
  readonly #limits: Limits;

  constructor(database: Database, reader: BindingReader, limits: Limits) {
    this.#database = database;
    this.#reader = reader;
    this.#limits = limits;
  }

  /** @throws {ApiError} `invalid-request`: there is no such user, service account, team or cluster; `limit-reached`. */
  async grant(
    by: { organizationId: string; userId: string },
    asked: z.output<typeof GrantAccessRequest>,
  ): Promise<Binding> {
    const { organizationId, userId: createdById } = by;
    const { level = null, groups, namespaces, reason, selector, expiresInSeconds } = asked;
    const subject = await this.#subject(organizationId, asked);
    const clusterId = asked.cluster === undefined ? null : await this.#cluster(organizationId, asked.cluster);
    const expiresAt = expiresInSeconds === undefined ? null : new Date(Date.now() + expiresInSeconds * 1_000);
    const binding = {
      organizationId,
      ...subject,
      clusterId,
      level,
      groups,
      namespaces,
      reason,
      expiresAt,
      createdById,
    };
    const clusterSelector = selector ?? Prisma.DbNull;
    const id = await this.#database.transaction(organizationId, (transaction) =>
      addBinding(transaction, this.#limits, { ...binding, clusterSelector }),
    );
    this.#reader.forget(organizationId);
    const [made] = await this.#show(organizationId, await this.#find({ organizationId, id }));
    if (made === undefined) throw new Error('a binding that was just made is missing');
    return made;
  }

  /** Bindings that still count, oldest first. @param of only those for this account. */
  async list(
    { organizationId, of }: { organizationId: string; of: string | undefined },
    { cluster, user, serviceAccount, team }: z.output<typeof BindingQuery>,
  ): Promise<Binding[]> {
    const account = {
      ...(of === undefined ? {} : forAccount(of)),
      ...(team === undefined ? {} : { team: { slug: team } }),
      ...(user === undefined ? {} : { membership: { user: { email: user } } }),
      ...(serviceAccount === undefined ? {} : { membership: { user: { serviceAccount: { name: serviceAccount } } } }),
    };
    const rows = await this.#find({ organizationId, ...account });
    if (cluster === undefined) return this.#show(organizationId, rows);
    const target = await this.#database.scoped.cluster.findFirst({
      where: { organizationId, name: cluster, deletedAt: null },
      select: { id: true, labels: true },
    });
    if (target === null) return [];
    const opens = ({ clusterId, clusterSelector }: Row): boolean =>
      clusterId === null
        ? matchesLabels(selectorOf({ clusterSelector }), target.labels as Record<string, string>)
        : clusterId === target.id;
    return this.#show(organizationId, rows.filter(opens));
  }

  /** Revokes a binding; what it opened ends within seconds. @returns false if there is no such binding, or it has been revoked. */
  async revoke({ organizationId, id, by }: { organizationId: string; id: string; by: string }): Promise<boolean> {
    const { count } = await this.#database.scoped.binding.updateMany({
      where: { id, organizationId, revokedAt: null },
      data: { revokedAt: new Date(), revokedById: by },
    });
    if (count > 0) this.#reader.forget(organizationId);
    return count > 0;
  }

  #find(where: Prisma.BindingWhereInput & { organizationId: string }): Promise<Row[]> {
    return this.#database.scoped.binding.findMany({
      where: { ...where, ...active() },
      include: related,
      orderBy: { id: 'asc' },
    });
  }

  async #show(organizationId: string, rows: readonly Row[]): Promise<Binding[]> {
    const nameOf = await accountRefs(
      this.#database,
      organizationId,
      rows.map(({ createdById }) => createdById),
    );
    return rows.map((row) => {
      const { id, cluster, level, groups, namespaces, reason, createdAt, expiresAt } = row;
      return {
        id,
        subject: subjectOf(row),
        cluster: cluster && { id: cluster.id, name: cluster.name },
        selector: row.clusterSelector as Record<string, string> | null,
        level,
        groups,
        namespaces,
        reason,
        createdAt: createdAt.toISOString(),
        createdBy: nameOf(row.createdById),
        expiresAt: expiresAt?.toISOString() ?? null,
      };
    });
  }

  /** The account or the team that a binding is for. */
  async #subject(
    organizationId: string,
    { user, serviceAccount, team }: Pick<z.output<typeof GrantAccessRequest>, 'user' | 'serviceAccount' | 'team'>,
  ): Promise<{ userId: string } | { teamId: string }> {
    if (user !== undefined) {
      const member = await this.#database.scoped.membership.findFirst({
        where: { organizationId, user: { email: user } },
        select: { userId: true },
      });
      if (member === null) throw unknown('user', `${user} is not a member of this organization. Invite them first.`);
      return member;
    }
    if (serviceAccount !== undefined) {
      const found = await this.#database.scoped.serviceAccount.findFirst({
        where: { organizationId, name: serviceAccount, deletedAt: null },
        select: { userId: true },
      });
      if (found === null) throw unknown('serviceAccount', `There is no service account ${serviceAccount}.`);
      return found;
    }
    const found = await this.#database.scoped.team.findFirst({
      where: { organizationId, slug: team ?? '' },
      select: { id: true },
    });
    if (found === null) throw unknown('team', `There is no team ${team} in this organization.`);
    return { teamId: found.id };
  }

  async #cluster(organizationId: string, name: string): Promise<string> {
    const found = await this.#database.scoped.cluster.findFirst({
      where: { organizationId, name, deletedAt: null },
      select: { id: true },
    });
    if (found === null) throw unknown('cluster', `There is no cluster ${name} in this organization.`);
    return found.id;
  }
}

/** Bindings for an account, itself or through its teams. */
export function forAccount(userId: string) {
  return { OR: [{ userId }, { team: { members: { some: { userId } } } }] } satisfies Prisma.BindingWhereInput;
}

function subjectOf({ membership, team }: Pick<Row, 'membership' | 'team'>): Binding['subject'] {
  if (membership !== null) return accountRef(membership.user);
  if (team === null) throw new Error('a binding without a subject');
  return { kind: 'team', id: team.id, name: team.slug };
}

function unknown(path: string, message: string): ApiError {
  return new ApiError('invalid-request', message, { fields: [{ path, message }] });
}
