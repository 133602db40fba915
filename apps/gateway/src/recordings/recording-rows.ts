import type { Database } from '../database/database.ts';
import { RecordingStorage } from '../generated/prisma/enums.ts';
import type { RecordingKey } from './recording-store.ts';

/** What has been written of a recording. */
export interface RecordingTotals {
  durationMs: number;
  sizeBytes: number;
  storedBytes: number;
  missingBytes: number;
  chunks: number;
}

/** The rows of recordings; their chunks are in a `RecordingStore`. */
export class RecordingRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(key: RecordingKey, storage: 'postgres' | 's3'): Promise<void> {
    await this.#database.scoped.recording.createMany({ data: [{ ...key, storage: RecordingStorage[storage] }] });
  }

  /** @param isOver nothing more is written. */
  async update(key: RecordingKey, totals: RecordingTotals, isOver: boolean): Promise<void> {
    const { chunks, durationMs, sizeBytes, storedBytes, missingBytes } = totals;
    await this.#database.scoped.recording.updateMany({
      where: { ...key },
      data: {
        chunks,
        durationMs: BigInt(durationMs),
        sizeBytes: BigInt(sizeBytes),
        storedBytes: BigInt(storedBytes),
        missingBytes: BigInt(missingBytes),
        ...(isOver ? { endedAt: new Date() } : {}),
      },
    });
  }

  async remove(key: RecordingKey): Promise<void> {
    await this.#database.scoped.recording.deleteMany({ where: { ...key } });
  }

  /** A session with its recording, if it has one; null if there is no such session in the organization. */
  find({ organizationId, sessionId }: RecordingKey) {
    return this.#database.scoped.session.findFirst({
      where: { id: sessionId, organizationId },
      select: { userId: true, endedAt: true, recording: { select: { storage: true, chunks: true, endedAt: true } } },
    });
  }
}
