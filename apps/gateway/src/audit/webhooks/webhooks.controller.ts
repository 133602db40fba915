import { Controller, Inject } from '@nestjs/common';
import { type Answer, type Call, CallOf } from '../../http/call.ts';
import { Operation } from '../../http/operation.ts';
import { AuditWebhooks } from './audit-webhooks.ts';

@Controller()
export class AuditWebhooksController {
  @Inject(AuditWebhooks) private readonly webhooks!: AuditWebhooks;

  @Operation('listAuditWebhooks')
  async list(@CallOf() { organization }: Call<'listAuditWebhooks'>): Promise<Answer<'listAuditWebhooks'>> {
    return { items: await this.webhooks.list(organization.id) };
  }

  @Operation('createAuditWebhook')
  create(@CallOf() { organization, body }: Call<'createAuditWebhook'>): Promise<Answer<'createAuditWebhook'>> {
    return this.webhooks.create(organization.id, body.url);
  }

  @Operation('testAuditWebhook')
  test(@CallOf() { organization, params }: Call<'testAuditWebhook'>): Promise<Answer<'testAuditWebhook'>> {
    return this.webhooks.test(organization.id, params.webhook);
  }

  @Operation('deleteAuditWebhook')
  async delete(@CallOf() { organization, params }: Call<'deleteAuditWebhook'>): Promise<undefined> {
    await this.webhooks.delete(organization.id, params.webhook);
  }
}
