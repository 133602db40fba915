import type { Database } from '../database/database.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import { personOf } from '../http/person-of.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Passwords } from '../identity/passwords.ts';
import type { Principal } from '../identity/principal.ts';
import type { AccountMail } from '../mail/account-mail.ts';
import { hasPowerOver } from '../organizations/power-over.ts';
import type { Freshness } from '../second-factors/freshness.ts';
import { removeFactors } from '../second-factors/remove-factors.ts';
import type { AccountLinks } from './account-links.ts';
import { linkGone } from './email-addresses.ts';
import type { OwnSignIns } from './own-sign-ins.ts';
import type { SignInAttempt, SignInLimits } from './sign-in-limits.ts';

interface Dependencies {
  database: Database;
  passwords: Passwords;
  freshness: Freshness;
  links: AccountLinks;
  mail: AccountMail;
  credentials: Credentials;
  signIns: OwnSignIns;
  limits: SignInLimits;
}

/** Changing a password, by who knows it and by who forgot it. */
export class PasswordChanges {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Ends the person's other sign-ins. @throws {ApiError} `invalid-request`: not the current password; `rate-limited`. */
  async change(principal: Principal, asked: { currentPassword: string; newPassword: string }): Promise<void> {
    const { database, passwords, freshness, links, mail, signIns } = this.#dependencies;
    const { userId, email } = personOf(principal);
    freshness.countAttempt(principal);
    if (!(await freshness.checkPassword(userId, asked.currentPassword))) {
      const message = 'This is not your current password.';
      throw new ApiError('invalid-request', message, { fields: [{ path: 'currentPassword', message }] });
    }
    const passwordHash = await passwords.hash(asked.newPassword);
    await database.acrossOrganizations.$transaction(async (transaction) => {
      await transaction.user.updateMany({ where: { id: userId }, data: { passwordHash } });
      await links.endAll(transaction, userId);
    });
    await signIns.revokeOthers(principal);
    mail.securityChanged(email, 'Your password was changed');
  }

  /**
   * Sends a link if the address has an account. The answer, and the time it takes, are the same if it has none: what happens for an
   * account happens after the answer.
   * @throws {ApiError} `email-not-configured`, `rate-limited`.
   */
  requestReset(attempt: SignInAttempt): void {
    const { mail, limits } = this.#dependencies;
    mail.requireConfigured(
      'Ask an owner or an administrator of your organization for a link to choose a new password.',
    );
    limits.beforePasswordReset(attempt);
    setImmediate(() => void this.#sendReset(attempt.email));
  }

  /**
   * A link for a member who forgot the password, where no e-mail is sent. Whoever has it can sign in as that person (unless there
   * is a second factor), so it is made only for somebody over whom the maker has power everywhere: in each of their organizations
   * the maker must be an administrator or owner, of no lower role.
   * @throws {ApiError} `conflict`, `not-found`, `forbidden`.
   */
  async makeResetLink(
    by: Principal,
    { organizationId, memberId }: { organizationId: string; memberId: string },
  ): Promise<{ link: string; expiresAt: string }> {
    const { database, links, mail } = this.#dependencies;
    if (mail.isConfigured)
      throw new ApiError('conflict', 'This Postern sends e-mail: the person can ask for a link where they sign in.');
    const member = await database.acrossOrganizations.user.findFirst({
      where: { id: memberId, memberships: { some: { organizationId } } },
      include: { memberships: true },
    });
    if (member?.email == null) throw notFound();
    if (!hasPowerOver(by, member))
      throw new ApiError(
        'forbidden',
        'They have a higher role than you, here or in another organization. Ask somebody who has power over them in each.',
      );
    const { link, expiresAt } = await links.make({ kind: 'passwordReset', userId: member.id, email: member.email });
    return { link, expiresAt: expiresAt.toISOString() };
  }

  /**
   * Chooses a new password; every credential of the person ends. The link is a proof of the address. If it is the first, whoever
   * made the account never showed that the address is theirs, so second factors that they left in it end too.
   * @throws {ApiError} `gone`.
   */
  async reset({ secret, password }: { secret: string; password: string }): Promise<void> {
    const { database, passwords, links, mail, credentials } = this.#dependencies;
    const passwordHash = await passwords.hash(password);
    const { userId, email, hadFactors } = await database.acrossOrganizations.$transaction(async (transaction) => {
      const opened = await links.use(transaction, secret, ['passwordReset']);
      if (opened === null) throw linkGone();
      const { userId: id } = opened;
      await links.endAll(transaction, id);
      const before = await transaction.user.findUniqueOrThrow({ where: { id } });
      // Without e-mail an administrator made the link, and it proves nothing.
      const isFirstProof = mail.isConfigured && before.emailVerifiedAt === null;
      const emailVerifiedAt = isFirstProof ? new Date() : before.emailVerifiedAt;
      const data = { passwordHash, emailVerifiedAt, incarnation: { increment: 1 } };
      await transaction.user.updateMany({ where: { id }, data });
      return { ...opened, hadFactors: isFirstProof && (await removeFactors(transaction, id)) };
    });
    credentials.revoked(userId);
    mail.securityChanged(
      email,
      hadFactors ? 'Your password was changed, and second factors were removed' : 'Your password was changed',
    );
  }

  async #sendReset(email: string): Promise<void> {
    const { database, links, mail } = this.#dependencies;
    try {
      const user = await database.acrossOrganizations.user.findUnique({ where: { email } });
      if (user === null || user.disabledAt !== null) return;
      const { link } = await links.make({ kind: 'passwordReset', userId: user.id, email });
      mail.resetPassword(email, link);
    } catch (error) {
      mail.failed(error);
    }
  }
}
