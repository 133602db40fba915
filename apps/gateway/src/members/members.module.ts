import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { CONFIG, LOGGER } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Limits } from '../limits/limits.ts';
import { Invitations } from './invitations.ts';
import { MembersController } from './members.controller.ts';
import { Members } from './members.ts';

/** The people of an organization, and invitations to it. */
@Module({
  imports: [IdentityModule],
  controllers: [MembersController],
  providers: [
    provide(Members, Database, Credentials),
    {
      provide: Invitations,
      useFactory: (
        database: Database,
        credentials: Credentials,
        limits: Limits,
        logger: Logger,
        { publicOrigin }: Config,
      ) => new Invitations({ database, credentials, limits, logger, publicOrigin }),
      inject: [Database, Credentials, Limits, LOGGER, CONFIG],
    },
  ],
})
export class MembersModule {}
