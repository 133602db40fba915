import type { Member, Role } from '@postern/contracts';
import type { Database, ScopedClient } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import { requireRankFor } from './may-manage.ts';

const related = {
  user: { select: { id: true, email: true } },
  teams: { select: { team: { select: { slug: true } } } },
} as const;
type Row = Prisma.MembershipGetPayload<{ include: typeof related }>;

/** Who changes members: their organization and their role in it. */
export interface Manager {
  organizationId: string;
  userId: string;
  role: Role;
}

/** The people of an organization. */
export class Members {
  readonly #database: Database;
  readonly #credentials: Credentials;

  constructor(database: Database, credentials: Credentials) {
    this.#database = database;
    this.#credentials = credentials;
  }

  /** In the order in which they joined. */
  list(organizationId: string): Promise<Member[]> {
    return this.#find({ organizationId });
  }

  /**
   * Changes a role.
   * @throws {ApiError} `not-found`; `forbidden`: only owners make owners and change them; `conflict`: it is the last owner.
   */
  async setRole(by: Manager, userId: string, role: Role): Promise<Member> {
    const { organizationId } = by;
    await this.#database.transaction(organizationId, async (transaction) => {
      const before = await this.#take(transaction, by, userId);
      requireRankFor(by.role, [before, role]);
      if (before === 'owner' && role !== 'owner') await this.#keepAnOwner(transaction, organizationId);
      await transaction.membership.updateMany({ where: { organizationId, userId }, data: { role } });
    });
    this.#credentials.revoked(userId);
    const [member] = await this.#find({ organizationId, userId });
    if (member === undefined) throw notFound();
    return member;
  }

  /** Ends a membership, with its tokens and access. @throws {ApiError} as `setRole`. */
  async remove(by: Manager, userId: string): Promise<void> {
    const { organizationId } = by;
    await this.#database.transaction(organizationId, async (transaction) => {
      const role = await this.#take(transaction, by, userId);
      if (userId !== by.userId) requireRankFor(by.role, [role]);
      if (role === 'owner') await this.#keepAnOwner(transaction, organizationId);
      await transaction.membership.deleteMany({ where: { organizationId, userId } });
    });
    this.#credentials.revoked(userId);
  }

  /** The role of a person, whose organization's members do not change until the end of the transaction. */
  async #take(
    transaction: Pick<ScopedClient, '$executeRaw' | 'membership'>,
    { organizationId }: Manager,
    userId: string,
  ): Promise<Role> {
    await inTurn(transaction, `members ${organizationId}`);
    const found = await transaction.membership.findFirst({
      where: { organizationId, userId, user: { kind: 'person' } },
      select: { role: true },
    });
    if (found === null) throw notFound();
    return found.role;
  }

  async #keepAnOwner(transaction: Pick<ScopedClient, 'membership'>, organizationId: string): Promise<void> {
    const owners = await transaction.membership.count({ where: { organizationId, role: 'owner' } });
    if (owners > 1) return;
    throw new ApiError('conflict', 'The organization must have an owner. Make somebody else an owner first.');
  }

  async #find(where: { organizationId: string; userId?: string }): Promise<Member[]> {
    const rows = await this.#database.scoped.membership.findMany({
      where: { ...where, user: { kind: 'person' } },
      include: related,
      orderBy: [{ createdAt: 'asc' }, { userId: 'asc' }],
    });
    return rows.map(view);
  }
}

function view({ user, role, teams, createdAt }: Row): Member {
  return {
    id: user.id,
    email: user.email ?? '',
    role,
    teams: teams.map(({ team }) => team.slug).toSorted(),
    joinedAt: createdAt.toISOString(),
  };
}
