import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { Clusters } from '../clusters/clusters.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { Limits } from '../limits/limits.ts';
import { OrganizationEvents } from './organization-events.ts';
import { OrganizationsController } from './organizations.controller.ts';
import { Organizations } from './organizations.ts';

@Module({
  imports: [IdentityModule, ClustersModule],
  controllers: [OrganizationsController],
  providers: [
    {
      provide: Organizations,
      useFactory: (
        database: Database,
        credentials: Credentials,
        clusters: Clusters,
        limits: Limits,
        events: OrganizationEvents,
      ) => new Organizations({ database, credentials, clusters, limits, events }),
      inject: [Database, Credentials, Clusters, Limits, OrganizationEvents],
    },
  ],
})
export class OrganizationsModule {}
