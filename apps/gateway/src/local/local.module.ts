import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { ClusterChanges } from '../clusters/cluster-changes.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { Clusters } from '../clusters/clusters.ts';
import type { Config } from '../config.ts';
import { CONFIG, LOGGER } from '../core/injection-tokens.ts';
import { Database } from '../database/database.ts';
import { OrganizationEvents } from '../organizations/organization-events.ts';
import { LocalClusters } from './local-clusters.ts';
import { tellParent } from './parent.ts';

@Module({
  imports: [ClustersModule],
  providers: [
    {
      provide: LocalClusters,
      useFactory: (
        database: Database,
        clusters: Clusters,
        logger: Logger,
        config: Config,
        organizations: OrganizationEvents,
        changes: ClusterChanges,
      ) => {
        const local = new LocalClusters({ database, clusters, logger, tell: tellParent }, config);
        organizations.onCreated((organization) => local.createFor(organization));
        changes.on('deleted', ({ clusterId }) => local.deleted(clusterId));
        return local;
      },
      inject: [Database, Clusters, LOGGER, CONFIG, OrganizationEvents, ClusterChanges],
    },
  ],
  exports: [LocalClusters],
})
export class LocalModule {}
