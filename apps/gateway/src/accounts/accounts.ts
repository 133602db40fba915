import type { Account } from '@postern/contracts';
import { type Database, isDuplicate } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import type { Passwords } from '../identity/passwords.ts';
import { usernameOf } from '../identity/username.ts';
import type { Limits } from '../limits/limits.ts';
import type { AccountMail } from '../mail/account-mail.ts';
import { addMember } from '../organizations/memberships.ts';
import type { OrganizationEvents } from '../organizations/organization-events.ts';
import { freeSlug, slugOf } from '../organizations/slug.ts';
import type { SecondFactors } from '../second-factors/second-factors.ts';

/** What `Accounts` depends on. */
interface Dependencies {
  database: Database;
  passwords: Passwords;
  limits: Limits;
  events: Pick<OrganizationEvents, 'created'>;
  factors: Pick<SecondFactors, 'state'>;
  mail: Pick<AccountMail, 'isConfigured'>;
}

/** A person who signs in. */
export interface Person {
  id: string;
  email: string;
  incarnation: number;
}

/** People and the organizations they create. */
export class Accounts {
  readonly #database: Database;
  readonly #passwords: Passwords;
  readonly #limits: Limits;
  readonly #events: Dependencies['events'];
  readonly #factors: Dependencies['factors'];
  readonly #mail: Dependencies['mail'];

  constructor({ database, passwords, limits, events, factors, mail }: Dependencies) {
    this.#database = database;
    this.#passwords = passwords;
    this.#limits = limits;
    this.#events = events;
    this.#factors = factors;
    this.#mail = mail;
  }

  /** Creates a person, and an organization that they own. @throws {ApiError} `conflict`: the address already has an account. */
  async signUp(asked: { email: string; password: string; organization: string }): Promise<Person> {
    const { user, organization } = await this.#make(asked);
    await this.#events.created(organization);
    return user;
  }

  async #make(asked: { email: string; password: string; organization: string }) {
    const passwordHash = await this.#passwords.hash(asked.password);
    for (let attempt = 1; ; attempt += 1) {
      await this.#refuseKnown(asked.email);
      const slug = await this.#freeSlug(asked.organization);
      try {
        return await this.#create({ email: asked.email, passwordHash, name: asked.organization, slug });
      } catch (error) {
        // Somebody has just taken the address or the slug; find out which.
        if (!isDuplicate(error) || attempt === 5) throw error;
      }
    }
  }

  /** The person with this address and password; null if there is none, after the same amount of work. */
  async check(email: string, password: string): Promise<Person | null> {
    const user = await this.#database.acrossOrganizations.user.findUnique({ where: { email } });
    const isRight = await this.#passwords.check(password, user?.passwordHash ?? null);
    return isRight && user !== null && user.disabledAt === null ? { ...user, email } : null;
  }

  /** A person who may sign in; null for a service account, and for one that is disabled. */
  async person(userId: string): Promise<Person | null> {
    const user = await this.#database.acrossOrganizations.user.findUnique({ where: { id: userId } });
    return user === null || user.email === null || user.disabledAt !== null ? null : { ...user, email: user.email };
  }

  /** The content of `Account`. */
  async account(userId: string): Promise<Account> {
    const user = await this.#database.acrossOrganizations.user.findUniqueOrThrow({ where: { id: userId } });
    return {
      id: user.id,
      email: user.email ?? '',
      name: user.name,
      emailVerifiedAt: user.emailVerifiedAt?.toISOString() ?? null,
      createdAt: user.createdAt.toISOString(),
      sendsEmail: this.#mail.isConfigured,
      secondFactor: await this.#factors.state(userId),
    };
  }

  /** @param name null for none. */
  async rename(userId: string, name: string | null): Promise<void> {
    await this.#database.acrossOrganizations.user.updateMany({ where: { id: userId }, data: { name } });
  }

  /** The content of `Me`. @param providerOf the only organization to show, for a sign-in with its provider. */
  async describe(userId: string, providerOf: string | null = null) {
    // A person's memberships span all their organizations.
    const { memberships, serviceAccount, ...user } = await this.#database.acrossOrganizations.user.findUniqueOrThrow({
      where: { id: userId },
      include: {
        serviceAccount: { select: { name: true } },
        memberships: { include: { organization: true }, orderBy: { createdAt: 'asc' } },
      },
    });
    return {
      user: { id: user.id, email: usernameOf({ ...user, serviceAccount }), createdAt: user.createdAt.toISOString() },
      organizations: memberships
        .filter(({ organizationId }) => providerOf === null || organizationId === providerOf)
        .map(({ organization: { id, name, slug }, role }) => ({ id, name, slug, role })),
    };
  }

  #create(account: { email: string; passwordHash: string; name: string; slug: string }) {
    const { email, passwordHash, name, slug } = account;
    return this.#database.acrossOrganizations.$transaction(async (transaction) => {
      const user = await transaction.user.create({ data: { email, passwordHash } });
      const organization = await transaction.organization.create({ data: { name, slug } });
      await addMember(transaction, this.#limits, { userId: user.id, organizationId: organization.id, role: 'owner' });
      return { user: { ...user, email }, organization: { id: organization.id, slug } };
    });
  }

  async #refuseKnown(email: string): Promise<void> {
    if ((await this.#database.acrossOrganizations.user.findUnique({ where: { email }, select: { id: true } })) === null)
      return;
    throw new ApiError('conflict', 'An account with this e-mail address already exists. Sign in instead.', {
      fields: [{ path: 'email', message: 'This address already has an account' }],
    });
  }

  async #freeSlug(name: string): Promise<string> {
    const slug = slugOf(name);
    const rows = await this.#database.acrossOrganizations.organization.findMany({
      where: { OR: [{ slug }, { slug: { startsWith: `${slug}-` } }] },
      select: { slug: true },
      take: 1_000,
    });
    return freeSlug(slug, new Set(rows.map((row) => row.slug)));
  }
}
