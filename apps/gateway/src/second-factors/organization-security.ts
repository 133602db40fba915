import type { Database } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { SecondFactors } from './second-factors.ts';

interface Security {
  requireSecondFactor: boolean;
}

/** What an organization requires of its members. */
export class OrganizationSecurity {
  readonly #database: Database;
  readonly #factors: SecondFactors;
  readonly #credentials: Credentials;

  constructor(database: Database, factors: SecondFactors, credentials: Credentials) {
    this.#database = database;
    this.#factors = factors;
    this.#credentials = credentials;
  }

  async read(organizationId: string): Promise<Security> {
    const { requireSecondFactor } = await this.#database.scoped.organization.findUniqueOrThrow({
      where: { id: organizationId },
    });
    return { requireSecondFactor };
  }

  /** @throws {ApiError} `conflict`: whoever requires a second factor must have one, or they would shut themselves out. */
  async change(organizationId: string, { userId, security }: { userId: string; security: Security }) {
    const { requireSecondFactor } = security;
    if (requireSecondFactor && (await this.#factors.methods(userId)).length === 0)
      throw new ApiError('conflict', 'Set up a second factor for yourself first; you would lose access otherwise.');
    await this.#database.scoped.organization.update({ where: { id: organizationId }, data: { requireSecondFactor } });
    const members = await this.#database.scoped.membership.findMany({ where: { organizationId } });
    for (const member of members) this.#credentials.revoked(member.userId);
    return { requireSecondFactor };
  }
}
