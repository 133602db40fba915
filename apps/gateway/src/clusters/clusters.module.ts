import { Module } from '@nestjs/common';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { Lifecycle } from '../core/lifecycle.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { SignedTokens } from '../identity/signed-tokens.ts';
import { GatewayLease } from '../leases/gateway-lease.ts';
import { Limits } from '../limits/limits.ts';
import { RevalidationModule } from '../revalidation/revalidation.module.ts';
import { Revalidation } from '../revalidation/revalidation.ts';
import { ApiTokens } from '../tokens/api-tokens.ts';
import { TokensModule } from '../tokens/tokens.module.ts';
import { TunnelRegistry } from '../tunnels/tunnel-registry.ts';
import { AgentPresence } from './agent-presence.ts';
import { ClusterChanges } from './cluster-changes.ts';
import { ClusterDirectory } from './cluster-directory.ts';
import { ClusterList } from './cluster-list.ts';
import { ClusterPoll } from './cluster-poll.ts';
import { ClustersController } from './clusters.controller.ts';
import { Clusters } from './clusters.ts';
import { Kubeconfigs } from './kubeconfigs.ts';

@Module({
  imports: [IdentityModule, RevalidationModule, TokensModule],
  controllers: [ClustersController],
  providers: [
    provide(ClusterChanges),
    provide(ClusterDirectory, Database, ClusterChanges),
    provide(ClusterList, Database, TunnelRegistry),
    provide(AgentPresence, Database, GatewayLease, ClusterChanges),
    {
      provide: Clusters,
      useFactory: (
        database: Database,
        changes: ClusterChanges,
        tunnels: TunnelRegistry,
        credentials: Credentials,
        limits: Limits,
        config: Config,
      ) => new Clusters({ database, changes, tunnels, credentials, limits, config }),
      inject: [Database, ClusterChanges, TunnelRegistry, Credentials, Limits, CONFIG],
    },
    {
      provide: ClusterPoll,
      useFactory: (
        clusters: ClusterList,
        changes: ClusterChanges,
        revalidation: Revalidation,
        limits: Limits,
        lifecycle: Lifecycle,
      ) => new ClusterPoll({ clusters, changes, revalidation, limits, lifecycle }),
      inject: [ClusterList, ClusterChanges, Revalidation, Limits, Lifecycle],
    },
    provide(Kubeconfigs, ApiTokens, SignedTokens, CONFIG),
  ],
  exports: [AgentPresence, ClusterChanges, ClusterDirectory, ClusterList, Clusters],
})
export class ClustersModule {}
