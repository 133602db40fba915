import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Limits } from '../limits/limits.ts';
import { AccountMail } from '../mail/account-mail.ts';
import { MailModule } from '../mail/mail.module.ts';
import { AccessController } from './access.controller.ts';
import { AccessRequests } from './access-requests.ts';
import { BindingReader } from './binding-reader.ts';
import { BindingsModule } from './bindings.module.ts';
import { Bindings } from './bindings.ts';
import { ClusterAccessList } from './cluster-access-list.ts';
import { EmergencyAlert } from './emergency-alert.ts';

/** Giving, requesting and revoking access to clusters. */
@Module({
  imports: [BindingsModule, ClustersModule, MailModule],
  controllers: [AccessController],
  providers: [
    provide(Bindings, Database, BindingReader, Limits),
    provide(AccessRequests, Database, BindingReader, Limits, EmergencyAlert),
    provide(EmergencyAlert, Database, AccountMail),
    provide(ClusterAccessList, Database),
  ],
})
export class AccessAdministrationModule {}
