import { Module } from '@nestjs/common';
import { CONFIG } from '../core/injection-tokens.ts';
import { provide, provideWith } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Passwords } from '../identity/passwords.ts';
import { Sealed } from '../identity/sealed.ts';
import { Limits } from '../limits/limits.ts';
import { AccountMail } from '../mail/account-mail.ts';
import { MailModule } from '../mail/mail.module.ts';
import { Challenges } from './challenges.ts';
import { Freshness } from './freshness.ts';
import { LostSecondFactors } from './lost-second-factors.ts';
import { OrganizationSecurityController } from './organization-security.controller.ts';
import { OrganizationSecurity } from './organization-security.ts';
import { Passkeys } from './passkeys.ts';
import { SecondFactorsController } from './second-factors.controller.ts';
import { SecondFactors } from './second-factors.ts';

/** Second factors, passkeys, and proofs of them. */
@Module({
  imports: [IdentityModule, MailModule],
  controllers: [SecondFactorsController, OrganizationSecurityController],
  providers: [
    provide(Challenges, Database),
    provide(Passkeys, Database, Challenges, CONFIG),
    provideWith(SecondFactors, {
      database: Database,
      sealed: Sealed,
      passkeys: Passkeys,
      credentials: Credentials,
      config: CONFIG,
    }),
    provideWith(Freshness, {
      database: Database,
      passwords: Passwords,
      limits: Limits,
      challenges: Challenges,
      passkeys: Passkeys,
      factors: SecondFactors,
    }),
    provide(OrganizationSecurity, Database, SecondFactors, Credentials),
    provideWith(LostSecondFactors, {
      database: Database,
      credentials: Credentials,
      factors: SecondFactors,
      mail: AccountMail,
    }),
  ],
  exports: [Challenges, Passkeys, SecondFactors, Freshness],
})
export class SecondFactorsModule {}
