import { MailError, type Mailer } from './mailer.ts';

/** Stands in where no mail server is configured. */
export class NoMailer implements Mailer {
  readonly isConfigured = false;

  async send(): Promise<void> {
    throw new MailError('No mail server is configured (POSTERN_SMTP_URL).');
  }
}
