import { Module } from '@nestjs/common';
import { CONFIG, LOGGER } from '../../core/injection-tokens.ts';
import { provide } from '../../core/provide.ts';
import { Database } from '../../database/database.ts';
import { IdentityModule } from '../../identity/identity.module.ts';
import { Keys } from '../../identity/keys.ts';
import { AuditModule } from '../audit.module.ts';
import { AuditReader } from '../audit-reader.ts';
import { AuditWebhooks } from './audit-webhooks.ts';
import { WebhookDelivery } from './delivery.ts';
import { AuditWebhooksController } from './webhooks.controller.ts';

@Module({
  imports: [AuditModule, IdentityModule],
  controllers: [AuditWebhooksController],
  providers: [
    provide(AuditWebhooks, Database, Keys, CONFIG),
    provide(WebhookDelivery, Database, AuditReader, AuditWebhooks, LOGGER),
  ],
  exports: [WebhookDelivery],
})
export class AuditWebhooksModule {}
