/** Names a recording: that of a session. */
export interface RecordingKey {
  organizationId: string;
  sessionId: string;
}

/** Where the chunks of recordings are kept: each is gzipped asciicast, and together they are one. */
export interface RecordingStore {
  readonly storage: 'postgres' | 's3';
  /** Stores a chunk. Rejects if it is not stored for good. */
  write(key: RecordingKey, sequence: number, chunk: Buffer): Promise<void>;
  /** @returns null if there is no such chunk. */
  read(key: RecordingKey, sequence: number): Promise<Buffer | null>;
  /** Removes all chunks. @param chunks how many there are. */
  remove(key: RecordingKey, chunks: number): Promise<void>;
}
