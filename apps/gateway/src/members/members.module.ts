import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { SignInLimits } from '../accounts/sign-in-limits.ts';
import { SignIns } from '../accounts/sign-ins.ts';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { provide, provideWith } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Passwords } from '../identity/passwords.ts';
import { Limits } from '../limits/limits.ts';
import { AccountMail } from '../mail/account-mail.ts';
import { MailModule } from '../mail/mail.module.ts';
import { Invitations } from './invitations.ts';
import { Joining } from './joining.ts';
import { MembersController } from './members.controller.ts';
import { Members } from './members.ts';

/** The people of an organization, and invitations to it. */
@Module({
  imports: [IdentityModule, AccountsModule, MailModule],
  controllers: [MembersController],
  providers: [
    provide(Members, Database, Credentials),
    {
      provide: Invitations,
      useFactory: (database: Database, limits: Limits, mail: AccountMail, { publicOrigin }: Config) =>
        new Invitations({ database, limits, mail, publicOrigin }),
      inject: [Database, Limits, AccountMail, CONFIG],
    },
    provideWith(Joining, {
      database: Database,
      credentials: Credentials,
      passwords: Passwords,
      limits: Limits,
      signIns: SignIns,
      signInLimits: SignInLimits,
      mail: AccountMail,
    }),
  ],
})
export class MembersModule {}
