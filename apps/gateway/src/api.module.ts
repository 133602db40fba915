import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccessModule } from './access/access.module.ts';
import { AccountsModule } from './accounts/accounts.module.ts';
import { AgentsModule } from './agents/agents.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import { AuditWebhooksModule } from './audit/webhooks/webhooks.module.ts';
import { AccessAdministrationModule } from './bindings/access-administration.module.ts';
import { ClustersModule } from './clusters/clusters.module.ts';
import type { Config } from './config.ts';
import { CONFIG, LOGGER } from './core/injection-tokens.ts';
import { HealthController } from './health/health.controller.ts';
import { AccessGuard } from './http/access.guard.ts';
import { ContractInterceptor } from './http/contract.interceptor.ts';
import { ErrorFilter } from './http/error.filter.ts';
import { Authenticator } from './identity/authenticator.ts';
import { IdentityModule } from './identity/identity.module.ts';
import { JoinClaims } from './identity/join-claims.ts';
import { Limits } from './limits/limits.ts';
import { LocalModule } from './local/local.module.ts';
import { MembersModule } from './members/members.module.ts';
import { MetaController } from './meta/meta.controller.ts';
import { OidcModule } from './oidc/oidc.module.ts';
import { OrganizationsModule } from './organizations/organizations.module.ts';
import { RecordingsModule } from './recordings/recordings.module.ts';
import { Freshness } from './second-factors/freshness.ts';
import { SecondFactorsModule } from './second-factors/second-factors.module.ts';
import { ServiceAccountsModule } from './service-accounts/service-accounts.module.ts';
import { SessionsModule } from './sessions/sessions.module.ts';
import { TeamsModule } from './teams/teams.module.ts';
import { TokensModule } from './tokens/tokens.module.ts';

/** The REST API: one guard and one contract check for every route, and one form for all errors. */
@Module({
  imports: [
    IdentityModule,
    AccessModule,
    AccessAdministrationModule,
    ServiceAccountsModule,
    MembersModule,
    TeamsModule,
    OrganizationsModule,
    TokensModule,
    ClustersModule,
    SessionsModule,
    AuditModule,
    AuditWebhooksModule,
    AgentsModule,
    AccountsModule,
    SecondFactorsModule,
    OidcModule,
    LocalModule,
    RecordingsModule,
  ],
  controllers: [MetaController, HealthController],
  providers: [
    {
      provide: APP_GUARD,
      useFactory: (
        authenticator: Authenticator,
        joinClaims: JoinClaims,
        config: Config,
        limits: Limits,
        freshness: Freshness,
      ) => new AccessGuard({ authenticator, joinClaims, config, limits, freshness }),
      inject: [Authenticator, JoinClaims, CONFIG, Limits, Freshness],
    },
    { provide: APP_INTERCEPTOR, useFactory: () => new ContractInterceptor() },
    {
      provide: APP_FILTER,
      useFactory: (...needs: ConstructorParameters<typeof ErrorFilter>) => new ErrorFilter(...needs),
      inject: [LOGGER],
    },
  ],
})
export class ApiModule {}
