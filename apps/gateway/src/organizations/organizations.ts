import type { Organization, UpdateOrganizationRequest } from '@postern/contracts';
import type { z } from 'zod';
import type { Clusters } from '../clusters/clusters.ts';
import { type Database, isDuplicate } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { OrganizationModel } from '../generated/prisma/models.ts';
import { ApiError, limitReached, notFound } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Limits } from '../limits/limits.ts';
import { addMember } from './memberships.ts';
import type { OrganizationEvents } from './organization-events.ts';
import { freeSlug, slugOf } from './slug.ts';

/** Most organizations that one person owns. */
const maxOwned = 20;

export interface OrganizationsDependencies {
  database: Database;
  credentials: Credentials;
  clusters: Clusters;
  limits: Limits;
  events: OrganizationEvents;
}

/** Organizations, as their owners make, change and delete them. */
export class Organizations {
  readonly #dependencies: OrganizationsDependencies;

  constructor(dependencies: OrganizationsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Creates another organization of a person. @throws {ApiError} `limit-reached`. */
  async create(userId: string, name: string): Promise<Organization> {
    const { events, credentials } = this.#dependencies;
    const made = await this.#create(userId, name);
    credentials.revoked(userId);
    await events.created({ id: made.id, slug: made.slug });
    return view(made);
  }

  /** @throws {ApiError} `not-found`. */
  async get(id: string): Promise<Organization> {
    const row = await this.#dependencies.database.scoped.organization.findFirst({ where: { id, deletedAt: null } });
    if (row === null) throw notFound();
    return view(row);
  }

  async update(id: string, { name, breakGlass }: z.output<typeof UpdateOrganizationRequest>): Promise<Organization> {
    const data = { ...(name === undefined ? {} : { name }), ...(breakGlass === undefined ? {} : { breakGlass }) };
    await this.#dependencies.database.scoped.organization.updateMany({ where: { id, deletedAt: null }, data });
    return this.get(id);
  }

  /** Ends all clusters and memberships. The rows of what happened are kept; the slug is free again. */
  async delete(id: string): Promise<void> {
    const { database, clusters, credentials } = this.#dependencies;
    const members = await database.transaction(id, async (transaction) => {
      await inTurn(transaction, `members ${id}`);
      await transaction.organization.updateMany({
        where: { id, deletedAt: null },
        data: { deletedAt: new Date(), slug: `deleted-${id}` },
      });
      const rows = await transaction.membership.findMany({ where: { organizationId: id }, select: { userId: true } });
      await transaction.membership.deleteMany({ where: { organizationId: id } });
      return rows;
    });
    for (const { userId } of members) credentials.revoked(userId);
    const rows = await database.scoped.cluster.findMany({ where: { organizationId: id, deletedAt: null } });
    for (const cluster of rows) await clusters.delete(cluster);
  }

  async #create(userId: string, name: string): Promise<OrganizationModel> {
    const { database, limits } = this.#dependencies;
    for (let attempt = 1; ; attempt += 1) {
      const slug = await this.#freeSlug(name);
      try {
        return await database.acrossOrganizations.$transaction(async (transaction) => {
          await inTurn(transaction, `organizations ${userId}`);
          // A person's memberships span all their organizations.
          const owned = await transaction.membership.count({ where: { userId, role: 'owner' } });
          if (owned >= maxOwned) throw limitReached(`You own ${owned} organizations, which is the most.`);
          const made = await transaction.organization.create({ data: { name, slug } });
          await addMember(transaction, limits, { organizationId: made.id, userId, role: 'owner' });
          return made;
        });
      } catch (error) {
        // Somebody has just taken the slug.
        if (!isDuplicate(error) || attempt === 5) throw error;
      }
    }
  }

  async #freeSlug(name: string): Promise<string> {
    const slug = slugOf(name);
    const rows = await this.#dependencies.database.acrossOrganizations.organization.findMany({
      where: { OR: [{ slug }, { slug: { startsWith: `${slug}-` } }] },
      select: { slug: true },
      take: 1_000,
    });
    return freeSlug(slug, new Set(rows.map((row) => row.slug)));
  }
}

/** @throws {ApiError} `conflict` unless the slug was repeated. */
export function requireConfirmation(slug: string, confirm: string): void {
  if (confirm !== slug) throw new ApiError('conflict', `Repeat the slug ${slug} to confirm that it is to be deleted.`);
}

function view({ id, name, slug, createdAt, breakGlass }: OrganizationModel): Organization {
  return { id, name, slug, createdAt: createdAt.toISOString(), breakGlass };
}
