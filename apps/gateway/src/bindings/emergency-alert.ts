import { type AccessRequest, type Role, rolePermissions } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import type { AccountMail } from '../mail/account-mail.ts';

/** Most people who are written to. */
const maxTold = 100;

const approvers = (Object.keys(rolePermissions) as Role[]).filter((role) =>
  rolePermissions[role].includes('access:approve'),
);

/** Writes to those who approve requests when somebody has taken access without an approval. */
export class EmergencyAlert {
  readonly #database: Database;
  readonly #mail: AccountMail;

  constructor(database: Database, mail: AccountMail) {
    this.#database = database;
    this.#mail = mail;
  }

  /** Does not wait, and never fails: whoever has an emergency must not wait for a mail server. */
  send(organizationId: string, taken: AccessRequest): void {
    if (!this.#mail.isConfigured) return;
    this.#send(organizationId, taken).catch((error: unknown) => this.#mail.failed(error));
  }

  async #send(organizationId: string, taken: AccessRequest): Promise<void> {
    const { name, slug } = await this.#database.scoped.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: { name: true, slug: true },
    });
    const told = await this.#database.scoped.membership.findMany({
      where: { organizationId, role: { in: approvers }, userId: { not: taken.account.id } },
      select: { user: { select: { email: true } } },
      orderBy: { createdAt: 'asc' },
      take: maxTold,
    });
    for (const { user } of told) {
      if (user.email !== null) this.#mail.emergency(user.email, { organization: { name, slug }, taken });
    }
  }
}
