import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from '../core/injection-tokens.ts';
import { Authenticator } from '../identity/authenticator.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Revalidation } from './revalidation.ts';

@Module({
  imports: [IdentityModule],
  providers: [
    {
      provide: Revalidation,
      useFactory: (authenticator: Authenticator, logger: Logger) => new Revalidation({ authenticator, logger }),
      inject: [Authenticator, LOGGER],
    },
  ],
  exports: [Revalidation],
})
export class RevalidationModule {}
