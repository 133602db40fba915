import { Module } from '@nestjs/common';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { GatewayLease } from '../leases/gateway-lease.ts';
import { SessionList } from './session-list.ts';
import { SessionLog } from './session-log.ts';
import { SessionViewers } from './session-viewers.ts';
import { SessionsController } from './sessions.controller.ts';

@Module({
  controllers: [SessionsController],
  providers: [
    provide(SessionLog, Database, GatewayLease),
    provide(SessionList, Database),
    provide(SessionViewers, Database),
  ],
  exports: [SessionLog, SessionViewers],
})
export class SessionsModule {}
