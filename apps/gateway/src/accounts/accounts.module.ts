import { Module } from '@nestjs/common';
import { CONFIG } from '../core/injection-tokens.ts';
import { provide, provideWith } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { BrowserSessions } from '../identity/browser-sessions.ts';
import { Credentials } from '../identity/credentials.ts';
import { Devices } from '../identity/devices.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Passwords } from '../identity/passwords.ts';
import { Limits } from '../limits/limits.ts';
import { AccountMail } from '../mail/account-mail.ts';
import { MailModule } from '../mail/mail.module.ts';
import { OrganizationEvents } from '../organizations/organization-events.ts';
import { Challenges } from '../second-factors/challenges.ts';
import { Freshness } from '../second-factors/freshness.ts';
import { Passkeys } from '../second-factors/passkeys.ts';
import { SecondFactorsModule } from '../second-factors/second-factors.module.ts';
import { SecondFactors } from '../second-factors/second-factors.ts';
import { ApiTokens } from '../tokens/api-tokens.ts';
import { TokensModule } from '../tokens/tokens.module.ts';
import { AccountController } from './account.controller.ts';
import { AccountLinks } from './account-links.ts';
import { Accounts } from './accounts.ts';
import { AuthController } from './auth.controller.ts';
import { EmailAddresses } from './email-addresses.ts';
import { OwnSignIns } from './own-sign-ins.ts';
import { PasswordChanges } from './password-changes.ts';
import { SetupCode } from './setup-code.ts';
import { SignInLimits } from './sign-in-limits.ts';
import { SignIns } from './sign-ins.ts';

@Module({
  imports: [IdentityModule, TokensModule, MailModule, SecondFactorsModule],
  controllers: [AuthController, AccountController],
  providers: [
    provideWith(Accounts, {
      database: Database,
      passwords: Passwords,
      limits: Limits,
      events: OrganizationEvents,
      factors: SecondFactors,
      mail: AccountMail,
    }),
    provide(SignInLimits, Limits, Devices),
    provide(SetupCode, Database, Limits, CONFIG),
    provide(AccountLinks, Database, CONFIG),
    provide(OwnSignIns, Database, ApiTokens, Credentials),
    provideWith(EmailAddresses, {
      database: Database,
      links: AccountLinks,
      mail: AccountMail,
      credentials: Credentials,
      limits: Limits,
    }),
    provideWith(PasswordChanges, {
      database: Database,
      passwords: Passwords,
      freshness: Freshness,
      links: AccountLinks,
      mail: AccountMail,
      credentials: Credentials,
      signIns: OwnSignIns,
      limits: SignInLimits,
    }),
    provideWith(SignIns, {
      accounts: Accounts,
      emails: EmailAddresses,
      setupCode: SetupCode,
      limits: SignInLimits,
      sessions: BrowserSessions,
      devices: Devices,
      tokens: ApiTokens,
      factors: SecondFactors,
      challenges: Challenges,
      passkeys: Passkeys,
    }),
  ],
  exports: [SetupCode, SignIns, SignInLimits, Accounts],
})
export class AccountsModule {}
