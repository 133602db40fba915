import type { AccessRequest } from '@postern/contracts';
import type { Logger } from 'pino';
import { ApiError } from '../http/api-error.ts';
import type { Mailer } from './mailer.ts';

/** What Postern writes to people about their accounts and organizations. */
export class AccountMail {
  readonly #mailer: Mailer;
  readonly #logger: Logger;
  readonly #origin: string;

  constructor(mailer: Mailer, logger: Logger, { publicOrigin }: { publicOrigin: string }) {
    this.#mailer = mailer;
    this.#logger = logger;
    this.#origin = publicOrigin;
  }

  get isConfigured(): boolean {
    return this.#mailer.isConfigured;
  }

  /** @throws {ApiError} `email-not-configured`. @param instead what to do then. */
  requireConfigured(instead: string): void {
    if (!this.isConfigured) throw new ApiError('email-not-configured', `This Postern sends no e-mail. ${instead}`);
  }

  /** Waits until it is sent. @throws {ApiError} `unavailable`. */
  async sendChangeLink(to: string, link: string): Promise<void> {
    const text = `Open this link to use this address for your Postern account from now on:

  ${link}

It works once, within 24 hours. If you did not ask for this, ignore this message: nothing changes.
`;
    await this.#deliver({ to, subject: 'Confirm your new e-mail address', text });
  }

  /** Waits until it is sent. False if the mail server did not accept it. */
  async invitation(
    to: string,
    about: { link: string; role: string; invitedBy: string; organization: string },
  ): Promise<boolean> {
    const { link, role, invitedBy, organization } = about;
    const text = `${invitedBy} invites you to the organization “${organization}” on Postern, as ${role}. Open this link to join:

  ${link}

It works once, within 7 days, and only for this address. Do not pass it on: it proves that the address is yours.
If you do not know who this is, ignore this message.
`;
    try {
      // Whoever invites chooses the name of the organization, so it is not in the subject.
      await this.#mailer.send({ to, subject: 'Your invitation to Postern', text });
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** Waits until it is sent. @throws {ApiError} `unavailable`. */
  async sendVerificationLink(to: string, link: string): Promise<void> {
    await this.#deliver(verification(to, link));
  }

  /** After a sign-up, which does not wait for it. */
  welcome(to: string, link: string): void {
    this.#inBackground(verification(to, link));
  }

  /** Not waited for, so that an address without an account is answered just as fast. */
  resetPassword(to: string, link: string): void {
    const text = `Somebody asked for a new password for your Postern account. If it was you, open this link:

  ${link}

It works once, within 30 minutes. If it was not you, ignore this message: your password stays as it is.
`;
    this.#inBackground({ to, subject: 'Choose a new password', text });
  }

  /** To the address that no longer counts. */
  emailChanged(to: string, email: string): void {
    const text = `Your Postern account now has the address ${email}, and this one no longer opens it.

If it was not you, ask an owner of your organization for help at once.
`;
    this.#inBackground({ to, subject: 'Your e-mail address was changed', text });
  }

  /** After a change of what the person signs in with. @param what a sentence without its full stop. */
  securityChanged(to: string, what: string): void {
    const text = `${what} (${this.#origin}).

If it was not you, reset your password now, and end all sign-ins that you do not know.
`;
    this.#inBackground({ to, subject: what, text });
  }

  /** To somebody whose second factors an administrator removed. */
  secondFactorRemoved(to: string, { by, organization }: { by: string; organization: string }): void {
    const text = `${by} removed every second factor of your Postern account, as an administrator of “${organization}”, and ended all your sign-ins (${this.#origin}).

Sign in with your password and set up a new second factor now. If you did not ask for this, reset your password at once and tell
an owner of your organization.
`;
    this.#inBackground({ to, subject: 'Your second factor was removed', text });
  }

  /** To those who could have approved it. */
  emergency(to: string, about: { organization: { name: string; slug: string }; taken: AccessRequest }): void {
    const { organization, taken } = about;
    const { account, cluster, level, namespaces, reason, accessExpiresAt } = taken;
    const text = `${account.name} took access to the cluster ${cluster.name} of ${organization.name} in an emergency, without an approval.

  Level:       ${level}
  Namespaces:  ${namespaces.length === 0 ? 'all' : namespaces.join(', ')}
  Until:       ${accessExpiresAt ?? 'it is revoked'}
  Reason:      ${reason}

Whether that was right, and what is to be revoked, you see here:

  ${this.#origin}/${organization.slug}/requests
`;
    this.#inBackground({ to, subject: `Emergency access to ${cluster.name} by ${account.name}`, text });
  }

  /** Notes that a message could not even be written. */
  failed(error: unknown): void {
    this.#logger.warn({ error }, 'cannot send e-mail');
  }

  async #deliver(message: { to: string; subject: string; text: string }): Promise<void> {
    try {
      await this.#mailer.send(message);
    } catch (cause) {
      this.failed(cause);
      throw new ApiError('unavailable', 'The e-mail could not be sent. Try again in a few minutes.', { cause });
    }
  }

  #inBackground(message: { to: string; subject: string; text: string }): void {
    if (!this.isConfigured) return;
    this.#mailer.send(message).catch((error: unknown) => this.failed(error));
  }
}

function verification(to: string, link: string) {
  const text = `Open this link to confirm the e-mail address of your Postern account:

  ${link}

It works once, within 24 hours. If you have no account, ignore this message.
`;
  return { to, subject: 'Confirm your e-mail address', text };
}
