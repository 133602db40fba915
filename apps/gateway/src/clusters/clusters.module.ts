import { Module } from '@nestjs/common';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { SignedTokens } from '../identity/signed-tokens.ts';
import { Limits } from '../limits/limits.ts';
import { ApiTokens } from '../tokens/api-tokens.ts';
import { TokensModule } from '../tokens/tokens.module.ts';
import { TunnelRegistry } from '../tunnels/tunnel-registry.ts';
import { ClusterDirectory } from './cluster-directory.ts';
import { ClustersController } from './clusters.controller.ts';
import { Clusters } from './clusters.ts';
import { Kubeconfigs } from './kubeconfigs.ts';

@Module({
  imports: [IdentityModule, TokensModule],
  controllers: [ClustersController],
  providers: [
    provide(ClusterDirectory, Database, TunnelRegistry),
    {
      provide: Clusters,
      useFactory: (
        database: Database,
        directory: ClusterDirectory,
        tunnels: TunnelRegistry,
        credentials: Credentials,
        limits: Limits,
        config: Config,
      ) => new Clusters({ database, directory, tunnels, credentials, limits, config }),
      inject: [Database, ClusterDirectory, TunnelRegistry, Credentials, Limits, CONFIG],
    },
    provide(Kubeconfigs, ApiTokens, SignedTokens, CONFIG),
  ],
  exports: [ClusterDirectory, Clusters],
})
export class ClustersModule {}
