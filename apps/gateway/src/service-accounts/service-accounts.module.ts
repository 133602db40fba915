import { Module } from '@nestjs/common';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Limits } from '../limits/limits.ts';
import { TokensModule } from '../tokens/tokens.module.ts';
import { ServiceAccountsController } from './service-accounts.controller.ts';
import { ServiceAccounts } from './service-accounts.ts';

@Module({
  imports: [IdentityModule, TokensModule],
  controllers: [ServiceAccountsController],
  providers: [provide(ServiceAccounts, Database, Credentials, Limits)],
})
export class ServiceAccountsModule {}
