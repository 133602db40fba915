import type { Database } from '../database/database.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Principal } from '../identity/principal.ts';
import type { AccountMail } from '../mail/account-mail.ts';
import { hasPowerOver } from '../organizations/power-over.ts';
import { removeFactors } from './remove-factors.ts';
import type { SecondFactors } from './second-factors.ts';

/** What `LostSecondFactors` depends on. */
interface Dependencies {
  database: Database;
  credentials: Credentials;
  factors: Pick<SecondFactors, 'methods'>;
  mail: Pick<AccountMail, 'secondFactorRemoved'>;
}

/** Help for members who lost every second factor, recovery codes included. */
export class LostSecondFactors {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Removes a member's second factors, ends every credential of theirs, and tells them. It makes the account weaker everywhere,
   * so it takes somebody who has power over the person in each of their organizations.
   * @throws {ApiError} `not-found`; `forbidden`; `conflict`: there is none, or it is the caller's own.
   */
  async remove(
    by: Principal,
    { organizationId, memberId }: { organizationId: string; memberId: string },
  ): Promise<void> {
    const { database, credentials, factors, mail } = this.#dependencies;
    if (memberId === by.userId)
      throw new ApiError('conflict', 'You have your second factor: remove it in your own account.');
    const member = await database.acrossOrganizations.user.findFirst({
      where: { id: memberId, kind: 'person', memberships: { some: { organizationId } } },
      include: { memberships: { include: { organization: { select: { name: true } } } } },
    });
    if (member?.email == null) throw notFound();
    if (!hasPowerOver(by, member))
      throw new ApiError(
        'forbidden',
        'They have a higher role than you, here or in another organization. Ask somebody who has power over them in each.',
      );
    if ((await factors.methods(memberId)).length === 0)
      throw new ApiError('conflict', `${member.email} has no second factor.`);
    await database.acrossOrganizations.$transaction(async (transaction) => {
      await removeFactors(transaction, memberId);
      // Ends what they are signed in with, and sign-ins that are under way.
      await transaction.user.updateMany({ where: { id: memberId }, data: { incarnation: { increment: 1 } } });
    });
    credentials.revoked(memberId);
    const here = member.memberships.find((one) => one.organizationId === organizationId);
    mail.secondFactorRemoved(member.email, { by: by.username, organization: here?.organization.name ?? '' });
  }
}
