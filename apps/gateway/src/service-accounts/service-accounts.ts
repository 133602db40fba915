import type { CreateServiceAccountRequest, ServiceAccount } from '@postern/contracts';
import type { z } from 'zod';
import { accountRefs } from '../bindings/account-refs.ts';
import { type Database, isDuplicate } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Limits } from '../limits/limits.ts';
import { addMember } from '../organizations/memberships.ts';

/** Accounts for programs. */
export class ServiceAccounts {
  readonly #database: Database;
  readonly #credentials: Credentials;
  readonly #limits: Limits;

  constructor(database: Database, credentials: Credentials, limits: Limits) {
    this.#database = database;
    this.#credentials = credentials;
    this.#limits = limits;
  }

  /** By name. */
  async list(organizationId: string): Promise<ServiceAccount[]> {
    return this.#show({ organizationId });
  }

  /** The account's id; null if the organization has no service account with this name. */
  async find(organizationId: string, name: string): Promise<string | null> {
    const found = await this.#database.scoped.serviceAccount.findFirst({
      where: { organizationId, name, deletedAt: null },
      select: { userId: true },
    });
    return found?.userId ?? null;
  }

  /** @throws {ApiError} `conflict`: the name is taken; `limit-reached`. */
  async create(
    by: { organizationId: string; userId: string },
    { name, description }: z.output<typeof CreateServiceAccountRequest>,
  ): Promise<ServiceAccount> {
    const { organizationId } = by;
    try {
      await this.#database.transaction(organizationId, async (transaction) => {
        const { id: userId } = await transaction.user.create({
          data: { kind: 'serviceAccount' },
          select: { id: true },
        });
        await addMember(transaction, this.#limits, { organizationId, userId, role: 'member', kind: 'serviceAccount' });
        await transaction.serviceAccount.create({
          data: { userId, organizationId, name, description, createdById: by.userId },
        });
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new ApiError('conflict', `A service account named ${name} already exists. Choose another name.`, {
        fields: [{ path: 'name', message: 'This name is taken' }],
      });
    }
    const [made] = await this.#show({ organizationId, name });
    if (made === undefined) throw new Error('a service account that was just made is missing');
    return made;
  }

  /** Ends its membership, and with it its tokens and its access. @returns false if there is none with this name. */
  async delete(organizationId: string, name: string): Promise<boolean> {
    const userId = await this.find(organizationId, name);
    if (userId === null) return false;
    await this.#database.transaction(organizationId, async (transaction) => {
      await transaction.serviceAccount.updateMany({
        where: { organizationId, userId },
        data: { deletedAt: new Date() },
      });
      await transaction.membership.deleteMany({ where: { organizationId, userId } });
    });
    this.#credentials.revoked(userId);
    return true;
  }

  async #show(of: { organizationId: string; name?: string }): Promise<ServiceAccount[]> {
    const rows = await this.#database.scoped.serviceAccount.findMany({
      where: { ...of, deletedAt: null },
      orderBy: { name: 'asc' },
    });
    const { organizationId } = of;
    const tokens = await this.#database.scoped.apiToken.groupBy({
      by: ['userId'],
      where: {
        organizationId,
        userId: { in: rows.map(({ userId }) => userId) },
        revokedAt: null,
        expiresAt: { gt: new Date() },
      },
      _count: true,
      _max: { lastUsedAt: true },
    });
    const tokensOf = new Map(tokens.map((group) => [group.userId, group]));
    const nameOf = await accountRefs(
      this.#database,
      organizationId,
      rows.map(({ createdById }) => createdById),
    );
    return rows.map(({ userId, name, description, createdAt, createdById }) => ({
      id: userId,
      name,
      description,
      createdAt: createdAt.toISOString(),
      createdBy: nameOf(createdById),
      tokens: tokensOf.get(userId)?._count ?? 0,
      lastUsedAt: tokensOf.get(userId)?._max.lastUsedAt?.toISOString() ?? null,
    }));
  }
}
