import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { logFailure } from '../database/log-failure.ts';
import type { RecordingRows } from './recording-rows.ts';
import type { RecordingKey, RecordingStore } from './recording-store.ts';
import type { RecordingStores } from './recording-stores.ts';

const sweepEveryMs = 3_600_000;
/** Recordings removed before the next look, so that a sweep holds few in memory. */
const atOnce = 100;

export interface RetentionOptions {
  database: Database;
  rows: RecordingRows;
  stores: RecordingStores;
  logger: Logger;
}

interface Expired {
  session_id: string;
  organization_id: string;
  storage: RecordingStore['storage'];
  chunks: number;
}

/** Deletes recordings: on request, and those older than their organization keeps them. */
export class Retention {
  readonly #options: RetentionOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Sweeps every hour until `stop`. With several gateways each does; what one has removed, the others do not find. */
  start(): void {
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) =>
        logFailure(this.#options.logger, error, 'expired recordings could not be deleted'),
      );
    }, sweepEveryMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Deletes what has expired. @returns how many recordings. */
  async sweep(): Promise<number> {
    let count = 0;
    for (;;) {
      const expired = await this.#options.database.acrossOrganizations.$queryRaw<Expired[]>`
        SELECT r.session_id, r.organization_id, r.storage::text, r.chunks
        FROM recordings r
        JOIN organizations o ON o.id = r.organization_id
        JOIN sessions s ON s.id = r.session_id AND s.organization_id = r.organization_id
        WHERE r.started_at < now() - o.recording_days * interval '1 day' AND s.ended_at IS NOT NULL
        ORDER BY r.started_at LIMIT ${atOnce}`;
      for (const { session_id: sessionId, organization_id: organizationId, storage, chunks } of expired)
        await this.remove({ organizationId, sessionId }, { storage, chunks });
      count += expired.length;
      if (expired.length < atOnce) return count;
    }
  }

  /** Deletes a recording; the content first, so that a failure leaves a row by which it is found again. */
  async remove(
    key: RecordingKey,
    { storage, chunks }: { storage: RecordingStore['storage']; chunks: number },
  ): Promise<void> {
    // One more: the gateway may have stopped between writing a chunk and counting it.
    await this.#options.stores.of(storage).remove(key, chunks + 1);
    await this.#options.rows.remove(key);
  }
}
