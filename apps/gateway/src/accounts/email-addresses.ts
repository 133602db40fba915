import { type Database, isDuplicate } from '../database/database.ts';
import { ApiError, rateLimited } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Limits } from '../limits/limits.ts';
import type { AccountMail } from '../mail/account-mail.ts';
import type { AccountLinks } from './account-links.ts';

interface Dependencies {
  database: Database;
  links: AccountLinks;
  mail: AccountMail;
  credentials: Credentials;
  limits: Limits;
}

/** Proving and changing e-mail addresses. An address counts only once its owner has opened a link sent to it. */
export class EmailAddresses {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Sends the link that verifies a new account's address, without waiting for it; nothing where no e-mail is sent. */
  async welcome({ id, email }: { id: string; email: string }): Promise<void> {
    const { links, mail } = this.#dependencies;
    if (!mail.isConfigured) return;
    const { link } = await links.make({ kind: 'emailVerification', userId: id, email });
    mail.welcome(email, link);
  }

  /** Sends it again. @throws {ApiError} `email-not-configured`, `rate-limited`, `unavailable`. */
  async sendVerification({ userId, email }: { userId: string; email: string }): Promise<void> {
    const { links, mail } = this.#dependencies;
    mail.requireConfigured('Addresses cannot be verified.');
    this.#count(userId);
    const { link } = await links.make({ kind: 'emailVerification', userId, email });
    await mail.sendVerificationLink(email, link);
  }

  /** Sends a link to the new address. @throws {ApiError} `conflict`, `email-not-configured`, `rate-limited`, `unavailable`. */
  async sendChange(userId: string, email: string): Promise<void> {
    const { database, links, mail } = this.#dependencies;
    mail.requireConfigured('Addresses cannot be verified, and so they cannot be changed.');
    this.#count(userId);
    const taken = await database.acrossOrganizations.user.findUnique({ where: { email }, select: { id: true } });
    if (taken !== null) throw addressTaken();
    const { link } = await links.make({ kind: 'emailChange', userId, email });
    await mail.sendChangeLink(email, link);
  }

  /** What happens when a link is opened. @throws {ApiError} `gone`, `conflict`. */
  async confirm(secret: string): Promise<void> {
    const { database, links, mail, credentials } = this.#dependencies;
    const changed = await database.acrossOrganizations
      .$transaction(async (transaction) => {
        const opened = await links.use(transaction, secret, ['emailChange', 'emailVerification']);
        if (opened === null) throw linkGone();
        const { kind, userId, email } = opened;
        const before = await transaction.user.findUniqueOrThrow({ where: { id: userId } });
        if (kind === 'emailVerification') {
          // Of an address that the person has given up since: nothing to verify.
          if (before.email !== email) throw linkGone();
          await transaction.user.updateMany({ where: { id: userId, email }, data: { emailVerifiedAt: new Date() } });
          return null;
        }
        await transaction.user.updateMany({ where: { id: userId }, data: { email, emailVerifiedAt: new Date() } });
        await links.endAll(transaction, userId);
        return { userId, email, before: before.email ?? '' };
      })
      .catch((error: unknown) => {
        if (isDuplicate(error)) throw addressTaken();
        throw error;
      });
    if (changed === null) return;
    credentials.revoked(changed.userId);
    mail.emailChanged(changed.before, changed.email);
  }

  #count(userId: string): void {
    const seconds = this.#dependencies.limits.take('emailsPerUser', userId);
    if (seconds > 0) throw rateLimited(seconds, 'Too many messages.');
  }
}

/** The same answer for a link that never was, has expired, or was used. */
export function linkGone(): ApiError {
  return new ApiError('gone', 'This link has expired, was used before, or was replaced by a newer one.');
}

function addressTaken(): ApiError {
  const message = 'This address already has an account.';
  return new ApiError('conflict', message, { fields: [{ path: 'email', message }] });
}
