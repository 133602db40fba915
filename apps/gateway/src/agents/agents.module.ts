import { Module } from '@nestjs/common';
import { ClusterChanges } from '../clusters/cluster-changes.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import type { Config } from '../config.ts';
import { CONFIG, LOGGER } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { JoinClaims } from '../identity/join-claims.ts';
import { TunnelRegistry } from '../tunnels/tunnel-registry.ts';
import { AgentsController } from './agents.controller.ts';
import { Enrolment } from './enrolment.ts';

@Module({
  imports: [ClustersModule],
  controllers: [AgentsController],
  providers: [
    provide(JoinClaims, Database, LOGGER),
    {
      provide: Enrolment,
      useFactory: (database: Database, changes: ClusterChanges, tunnels: TunnelRegistry, config: Config) =>
        new Enrolment({ database, changes, tunnels, config }),
      inject: [Database, ClusterChanges, TunnelRegistry, CONFIG],
    },
  ],
  exports: [JoinClaims],
})
export class AgentsModule {}
