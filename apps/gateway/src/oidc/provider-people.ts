import type { Person } from '../accounts/accounts.ts';
import type { BindingReader } from '../bindings/binding-reader.ts';
import { type Database, isDuplicate } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Limits } from '../limits/limits.ts';
import { addMember } from '../organizations/memberships.ts';
import { applyMapping } from './group-mapping.ts';
import type { ProviderPerson } from './provider-client.ts';
import type { UsableProvider } from './providers.ts';

interface Dependencies {
  database: Database;
  limits: Limits;
  credentials: Credentials;
  bindings: Pick<BindingReader, 'forget'>;
}

/**
 * Who a provider's people are here. Whoever runs a provider can make it say anything, so it can only ever be believed about its
 * own organization, and it never takes over an account that it did not make: such a person links it, signed in otherwise.
 */
export class ProviderPeople {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** The account of a provider's person, made if need be. @throws {ApiError} `invalid-credentials`, `conflict`, `limit-reached`. */
  async find(provider: UsableProvider, person: ProviderPerson): Promise<Person> {
    const { organizationId, issuer } = provider;
    const { subject } = person;
    const link = await this.#dependencies.database.scoped.oidcLink.findUnique({
      where: { organizationId_issuer_subject: { organizationId, issuer, subject } },
      include: { membership: { select: { role: true } } },
    });
    if (link === null) return this.#make(provider, person);
    refuseOwner(link.membership.role);
    const user = await this.#dependencies.database.acrossOrganizations.user.findUniqueOrThrow({
      where: { id: link.userId },
    });
    if (user.disabledAt !== null || user.email === null)
      throw new ApiError('invalid-credentials', 'Your account is disabled.');
    return { ...user, email: user.email };
  }

  /** Links a signed-in member's account. @throws {ApiError} `conflict`, `forbidden`. */
  async link({ organizationId, issuer }: UsableProvider, { subject }: ProviderPerson, userId: string): Promise<void> {
    const { scoped } = this.#dependencies.database;
    const membership = await scoped.membership.findFirst({ where: { organizationId, userId } });
    if (membership === null) throw new ApiError('forbidden', 'You are no longer a member of this organization.');
    refuseOwner(membership.role);
    try {
      await scoped.oidcLink.create({ data: { organizationId, userId, issuer, subject } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new ApiError('conflict', 'This person of the provider is linked already.');
    }
  }

  /** Puts a person into the teams, and gives them the role, that the organization mapped their groups to. */
  async applyGroups({ organizationId, groupMappings }: UsableProvider, userId: string, groups: readonly string[]) {
    if (groupMappings.length === 0) return;
    const { database, bindings, credentials } = this.#dependencies;
    const { teams, otherTeams, role } = applyMapping(groupMappings, groups);
    await database.transaction(organizationId, async (transaction) => {
      const idsOf = async (slugs: string[]): Promise<string[]> => {
        const rows = await transaction.team.findMany({ where: { organizationId, slug: { in: slugs } } });
        return rows.map(({ id }) => id);
      };
      const data = (await idsOf(teams)).map((teamId) => ({ organizationId, teamId, userId }));
      if (data.length > 0) await transaction.teamMember.createMany({ data, skipDuplicates: true });
      const teamId = { in: await idsOf(otherTeams) };
      await transaction.teamMember.deleteMany({ where: { organizationId, userId, teamId } });
      if (role !== null) {
        const where = { organizationId, userId, role: { not: 'owner' as const } };
        await transaction.membership.updateMany({ where, data: { role } });
      }
    });
    bindings.forget(organizationId);
    credentials.revoked(userId);
  }

  async #make(
    { organizationId, issuer, domains }: UsableProvider,
    { email, subject }: ProviderPerson,
  ): Promise<Person> {
    if (email === null)
      throw new ApiError(
        'invalid-credentials',
        'The provider does not say that your e-mail address is verified (email_verified). Its administrator can change that.',
      );
    if (!domains.includes(email.slice(email.lastIndexOf('@') + 1)))
      throw new ApiError(
        'invalid-credentials',
        `The organization has not shown that the domain of ${email} is its own, so its provider cannot vouch for you.`,
      );
    const { database, limits } = this.#dependencies;
    try {
      return await database.acrossOrganizations.$transaction(async (transaction) => {
        // Its address counts as not verified: only this organization believes the provider.
        const user = await transaction.user.create({ data: { email } });
        await addMember(transaction, limits, { organizationId, userId: user.id, role: 'member' });
        await transaction.oidcLink.create({ data: { organizationId, userId: user.id, issuer, subject } });
        return { ...user, email };
      });
    } catch (error) {
      if (isDuplicate(error)) throw hasAccount(email);
      throw error;
    }
  }
}

/** Administrators configure the provider too; with its word they would become owners. @throws {ApiError} `invalid-credentials`. */
function refuseOwner(role: string): void {
  if (role === 'owner')
    throw new ApiError(
      'forbidden',
      'Owners sign in with their password or a passkey, so that whoever configures the provider cannot become one.',
    );
}

function hasAccount(email: string): ApiError {
  return new ApiError(
    'conflict',
    `${email} has an account already. Sign in to it, become a member of the organization, and link the provider.`,
  );
}
