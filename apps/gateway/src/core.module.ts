import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { AUDIT_LOG } from './audit/audit-log.ts';
import { AuditStore } from './audit/audit-store.ts';
import { AuditWriter } from './audit/audit-writer.ts';
import type { Config } from './config.ts';
import { CONFIG, LOGGER } from './core/injection-tokens.ts';
import { Lifecycle } from './core/lifecycle.ts';
import { Database } from './database/database.ts';
import { GatewayLease } from './leases/gateway-lease.ts';
import { Limits } from './limits/limits.ts';
import { OrganizationEvents } from './organizations/organization-events.ts';
import { TunnelRegistry } from './tunnels/tunnel-registry.ts';

@Module({})
class CoreModule {}

/** Global module: configuration, log, database, audit trail, the lease and the tunnels of this process, limits. */
export function coreModule(config: Config, logger: Logger): DynamicModule {
  const providers = [
    { provide: CONFIG, useValue: config },
    { provide: LOGGER, useValue: logger },
    { provide: Database, useFactory: () => new Database(config.database) },
    {
      provide: GatewayLease,
      useFactory: (database: Database) => new GatewayLease(database, logger),
      inject: [Database],
    },
    {
      provide: AuditWriter,
      useFactory: (database: Database) => new AuditWriter(new AuditStore(database), logger, config.audit),
      inject: [Database],
    },
    { provide: AUDIT_LOG, useExisting: AuditWriter },
    { provide: Limits, useFactory: () => new Limits(config.limits) },
    { provide: OrganizationEvents, useFactory: () => new OrganizationEvents() },
    { provide: TunnelRegistry, useFactory: () => new TunnelRegistry() },
    { provide: Lifecycle, useFactory: () => new Lifecycle() },
  ];
  return { module: CoreModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
}
