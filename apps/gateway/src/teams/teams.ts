import type { AddTeamMemberRequest, CreateTeamRequest, Team } from '@postern/contracts';
import type { z } from 'zod';
import { accountRef, shownAccount } from '../bindings/account-refs.ts';
import type { BindingReader } from '../bindings/binding-reader.ts';
import { type Database, isDuplicate } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { ApiError, limitReached, notFound } from '../http/api-error.ts';
import { slugOf } from '../organizations/slug.ts';

/** Most teams of an organization. */
const maxTeams = 1_000;

const related = {
  members: { select: { membership: { select: { user: shownAccount } } }, orderBy: { createdAt: 'asc' } },
} as const;
type Row = Prisma.TeamGetPayload<{ include: typeof related }>;

/** Groups of accounts of an organization. */
export class Teams {
  readonly #database: Database;
  readonly #bindings: Pick<BindingReader, 'forget'>;

  constructor(database: Database, bindings: Pick<BindingReader, 'forget'>) {
    this.#database = database;
    this.#bindings = bindings;
  }

  /** By slug. */
  list(organizationId: string): Promise<Team[]> {
    return this.#find({ organizationId });
  }

  /** @throws {ApiError} `conflict`: the slug is taken; `limit-reached`. */
  async create(
    organizationId: string,
    { name, slug = slugOf(name) }: z.output<typeof CreateTeamRequest>,
  ): Promise<Team> {
    try {
      await this.#database.transaction(organizationId, async (transaction) => {
        await inTurn(transaction, `teams ${organizationId}`);
        const count = await transaction.team.count({ where: { organizationId } });
        if (count >= maxTeams) throw limitReached(`The organization has ${count} teams, which is the most.`);
        await transaction.team.create({ data: { organizationId, name, slug } });
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new ApiError('conflict', `A team ${slug} already exists. Choose another name.`, {
        fields: [{ path: 'name', message: 'This name is taken' }],
      });
    }
    return this.#get(organizationId, slug);
  }

  /** @throws {ApiError} `not-found`. */
  async rename(organizationId: string, slug: string, name: string): Promise<Team> {
    await this.#database.scoped.team.updateMany({ where: { organizationId, slug }, data: { name } });
    return this.#get(organizationId, slug);
  }

  /** Deletes a team with its access. @returns false if there is none. */
  async delete(organizationId: string, slug: string): Promise<boolean> {
    const { count } = await this.#database.scoped.team.deleteMany({ where: { organizationId, slug } });
    this.#bindings.forget(organizationId);
    return count > 0;
  }

  /** Adding an account again has no effect. @throws {ApiError} `not-found`; `invalid-request`: there is no such account. */
  async add(organizationId: string, slug: string, asked: z.output<typeof AddTeamMemberRequest>): Promise<Team> {
    const { id: teamId } = await this.#get(organizationId, slug);
    const userId = await this.#account(organizationId, asked);
    await this.#database.scoped.teamMember.createMany({
      data: [{ organizationId, teamId, userId }],
      skipDuplicates: true,
    });
    this.#bindings.forget(organizationId);
    return this.#get(organizationId, slug);
  }

  /** @returns false if the account is not in the team. @throws {ApiError} `not-found`: there is no such team. */
  async remove(organizationId: string, slug: string, userId: string): Promise<boolean> {
    const { id: teamId } = await this.#get(organizationId, slug);
    const { count } = await this.#database.scoped.teamMember.deleteMany({ where: { organizationId, teamId, userId } });
    this.#bindings.forget(organizationId);
    return count > 0;
  }

  async #account(organizationId: string, asked: z.output<typeof AddTeamMemberRequest>): Promise<string> {
    const { user: email, serviceAccount: name } = asked;
    const found = await this.#database.scoped.membership.findFirst({
      where: {
        organizationId,
        user: email === undefined ? { serviceAccount: { name: name ?? '', deletedAt: null } } : { email },
      },
      select: { userId: true },
    });
    if (found !== null) return found.userId;
    const [path, message] =
      email === undefined
        ? ['serviceAccount', `There is no service account ${name}.`]
        : ['user', `${email} is not a member of this organization. Invite them first.`];
    throw new ApiError('invalid-request', message, { fields: [{ path, message }] });
  }

  async #get(organizationId: string, slug: string): Promise<Team> {
    const [team] = await this.#find({ organizationId, slug });
    if (team === undefined) throw notFound();
    return team;
  }

  async #find(where: { organizationId: string; slug?: string }): Promise<Team[]> {
    const rows = await this.#database.scoped.team.findMany({ where, include: related, orderBy: { slug: 'asc' } });
    return rows.map(view);
  }
}

function view({ id, slug, name, createdAt, members }: Row): Team {
  return {
    id,
    slug,
    name,
    createdAt: createdAt.toISOString(),
    members: members.map(({ membership }) => accountRef(membership.user)),
  };
}
