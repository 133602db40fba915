import type { Database } from '../database/database.ts';
import type { RecordingKey, RecordingStore } from './recording-store.ts';

/** Chunks as rows. */
export class PostgresStore implements RecordingStore {
  readonly storage = 'postgres';
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async write(key: RecordingKey, sequence: number, chunk: Buffer): Promise<void> {
    // A chunk whose answer was lost is written again, unchanged.
    await this.#database.scoped.recordingChunk.createMany({
      data: [{ ...key, sequence, data: new Uint8Array(chunk) }],
      skipDuplicates: true,
    });
  }

  async read(key: RecordingKey, sequence: number): Promise<Buffer | null> {
    const row = await this.#database.scoped.recordingChunk.findFirst({
      where: { ...key, sequence },
      select: { data: true },
    });
    return row === null ? null : Buffer.from(row.data);
  }

  async remove(key: RecordingKey): Promise<void> {
    await this.#database.scoped.recordingChunk.deleteMany({ where: { ...key } });
  }
}
