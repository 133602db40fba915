import { Module } from '@nestjs/common';
import type { Config } from '../config.ts';
import { CONFIG, LOGGER } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { AccountMail } from './account-mail.ts';
import { MAILER } from './mailer.ts';
import { NoMailer } from './no-mailer.ts';
import { SmtpMailer } from './smtp-mailer.ts';

/** E-mail, if it is configured. */
@Module({
  providers: [
    {
      provide: MAILER,
      useFactory: ({ mail }: Config) => (mail === null ? new NoMailer() : new SmtpMailer(mail)),
      inject: [CONFIG],
    },
    provide(AccountMail, MAILER, LOGGER, CONFIG),
  ],
  exports: [MAILER, AccountMail],
})
export class MailModule {}
