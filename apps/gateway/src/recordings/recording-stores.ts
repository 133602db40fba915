import type { Database } from '../database/database.ts';
import { PostgresStore } from './postgres-store.ts';
import type { RecordingStore } from './recording-store.ts';
import { type S3Settings, S3Store } from './s3-store.ts';

/** Every place where recordings are kept. Older ones stay where they are when the configuration changes. */
export class RecordingStores {
  /** Where new recordings go. */
  readonly current: RecordingStore;
  readonly #stores: RecordingStore[];

  /** @param s3 undefined if only Postgres is configured. */
  constructor(database: Database, s3: S3Settings | undefined) {
    const postgres = new PostgresStore(database);
    this.current = s3 === undefined ? postgres : new S3Store(s3);
    this.#stores = [...new Set([postgres, this.current])];
  }

  /** @throws Error if that is not configured any more. */
  of(storage: RecordingStore['storage']): RecordingStore {
    const found = this.#stores.find((store) => store.storage === storage);
    if (found === undefined) throw new Error(`recordings in ${storage} cannot be read: it is not configured`);
    return found;
  }
}
