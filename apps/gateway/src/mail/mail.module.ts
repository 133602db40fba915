import { Module } from '@nestjs/common';
import type { Config } from '../config.ts';
import { CONFIG, LOGGER } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { AccountMail } from './account-mail.ts';
import { MAILER, type Mailer } from './mailer.ts';
import { NoMailer } from './no-mailer.ts';

/** The library for SMTP takes 10 MiB, so it is loaded only where it is used. */
async function mailerFor({ mail }: Config): Promise<Mailer> {
  if (mail === null) return new NoMailer();
  const { SmtpMailer } = await import('./smtp-mailer.ts');
  return new SmtpMailer(mail);
}

/** E-mail, if it is configured. */
@Module({
  providers: [
    {
      provide: MAILER,
      useFactory: mailerFor,
      inject: [CONFIG],
    },
    provide(AccountMail, MAILER, LOGGER, CONFIG),
  ],
  exports: [MAILER, AccountMail],
})
export class MailModule {}
