import { Module } from '@nestjs/common';
import { LOGGER } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { RevalidationModule } from '../revalidation/revalidation.module.ts';
import { AuditController } from './audit.controller.ts';
import { AUDIT_LOG } from './audit-log.ts';
import { AuditReader } from './audit-reader.ts';
import { AuditSettings } from './audit-settings.ts';
import { RestTrail } from './rest-trail.ts';
import { AuditRetention } from './retention.ts';

@Module({
  imports: [RevalidationModule],
  controllers: [AuditController],
  providers: [
    provide(AuditReader, Database),
    provide(AuditSettings, Database),
    provide(AuditRetention, Database, LOGGER),
    provide(RestTrail, AUDIT_LOG, Database, LOGGER),
  ],
  exports: [AuditReader, AuditRetention, RestTrail],
})
export class AuditModule {}
