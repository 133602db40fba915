import { Module } from '@nestjs/common';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Limits } from '../limits/limits.ts';
import { ApiTokens } from './api-tokens.ts';
import { TokensController } from './tokens.controller.ts';

@Module({
  imports: [IdentityModule],
  controllers: [TokensController],
  providers: [provide(ApiTokens, Database, Credentials, Limits)],
  exports: [ApiTokens],
})
export class TokensModule {}
