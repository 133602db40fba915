import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Devices } from '../identity/devices.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Passwords } from '../identity/passwords.ts';
import { Limits } from '../limits/limits.ts';
import { LocalModule } from '../local/local.module.ts';
import { TokensModule } from '../tokens/tokens.module.ts';
import { Accounts } from './accounts.ts';
import { AuthController } from './auth.controller.ts';
import { SetupCode } from './setup-code.ts';
import { SignInLimits } from './sign-in-limits.ts';

@Module({
  imports: [IdentityModule, TokensModule, ClustersModule, LocalModule],
  controllers: [AuthController],
  providers: [
    provide(Accounts, Database, Passwords, Limits),
    provide(SignInLimits, Limits, Devices),
    provide(SetupCode, Database, Limits, CONFIG),
  ],
  exports: [SetupCode],
})
export class AccountsModule {}
