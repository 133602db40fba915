import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { CONFIG, LOGGER } from '../core/injection-tokens.ts';
import { provide } from '../core/provide.ts';
import { Database } from '../database/database.ts';
import { GatewayLease } from '../leases/gateway-lease.ts';
import { RevalidationModule } from '../revalidation/revalidation.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { Playback } from './playback.ts';
import { RecordingRows } from './recording-rows.ts';
import { RecordingStores } from './recording-stores.ts';
import { RecordingsController } from './recordings.controller.ts';
import { Retention } from './retention.ts';
import { SessionEndings } from './session-endings.ts';
import { SessionRecorder } from './session-recorder.ts';

@Module({
  imports: [SessionsModule, RevalidationModule],
  controllers: [RecordingsController],
  providers: [
    provide(RecordingRows, Database),
    {
      provide: RecordingStores,
      useFactory: (database: Database, { recordings }: Config) => new RecordingStores(database, recordings.s3),
      inject: [Database, CONFIG],
    },
    {
      provide: SessionRecorder,
      useFactory: (rows: RecordingRows, stores: RecordingStores, { recordings }: Config, logger: Logger) =>
        new SessionRecorder({ rows, store: stores.current, mostCharacters: recordings.mostBytes, logger }),
      inject: [RecordingRows, RecordingStores, CONFIG, LOGGER],
    },
    provide(Playback, RecordingRows, RecordingStores, SessionRecorder),
    {
      provide: Retention,
      useFactory: (database: Database, rows: RecordingRows, stores: RecordingStores, logger: Logger) =>
        new Retention({ database, rows, stores, logger }),
      inject: [Database, RecordingRows, RecordingStores, LOGGER],
    },
    {
      provide: SessionEndings,
      useFactory: (database: Database, lease: GatewayLease, recorder: SessionRecorder, logger: Logger) =>
        new SessionEndings({ database, lease, recorder, logger }),
      inject: [Database, GatewayLease, SessionRecorder, LOGGER],
    },
  ],
})
export class RecordingsModule {}
