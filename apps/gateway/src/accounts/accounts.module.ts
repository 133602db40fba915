import { Module } from '@nestjs/common';
import { CONFIG } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { BrowserSessions } from '../identity/browser-sessions.ts';
import { Devices } from '../identity/devices.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Passwords } from '../identity/passwords.ts';
import { Limits } from '../limits/limits.ts';
import { OrganizationEvents } from '../organizations/organization-events.ts';
import { ApiTokens } from '../tokens/api-tokens.ts';
import { TokensModule } from '../tokens/tokens.module.ts';
import { Accounts } from './accounts.ts';
import { AuthController } from './auth.controller.ts';
import { SetupCode } from './setup-code.ts';
import { SignInLimits } from './sign-in-limits.ts';
import { SignIns } from './sign-ins.ts';

@Module({
  imports: [IdentityModule, TokensModule],
  controllers: [AuthController],
  providers: [
    provide(Accounts, Database, Passwords, Limits, OrganizationEvents),
    provide(SignInLimits, Limits, Devices),
    provide(SetupCode, Database, Limits, CONFIG),
    {
      provide: SignIns,
      useFactory: (
        accounts: Accounts,
        setupCode: SetupCode,
        limits: SignInLimits,
        sessions: BrowserSessions,
        devices: Devices,
        tokens: ApiTokens,
      ) => new SignIns({ accounts, setupCode, limits, sessions, devices, tokens }),
      inject: [Accounts, SetupCode, SignInLimits, BrowserSessions, Devices, ApiTokens],
    },
  ],
  exports: [SetupCode],
})
export class AccountsModule {}
