import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import type { RecordingTotals } from '../recordings/recording-rows.ts';
import type { RecordingKey, RecordingStore } from '../recordings/recording-store.ts';
import { SessionRecorder } from '../recordings/session-recorder.ts';

/** Recordings in memory, by session. */
export class MemoryRecordings implements RecordingStore {
  readonly storage = 'postgres';
  readonly chunks = new Map<string, Buffer[]>();
  readonly totals = new Map<string, RecordingTotals & { isOver: boolean }>();
  /** Every write fails. */
  failing = false;
  /** Awaited before each write of a chunk. */
  beforeWrite: (() => Promise<void>) | undefined;

  async write({ sessionId }: RecordingKey, sequence: number, chunk: Buffer): Promise<void> {
    await this.beforeWrite?.();
    if (this.failing) throw new Error('storage is away');
    const chunks = this.chunks.get(sessionId) ?? [];
    chunks[sequence] = chunk;
    this.chunks.set(sessionId, chunks);
  }

  async read({ sessionId }: RecordingKey, sequence: number): Promise<Buffer | null> {
    return this.chunks.get(sessionId)?.[sequence] ?? null;
  }

  async remove({ sessionId }: RecordingKey): Promise<void> {
    this.chunks.delete(sessionId);
  }

  async create({ sessionId }: RecordingKey): Promise<void> {
    if (this.failing) throw new Error('storage is away');
    this.chunks.set(sessionId, []);
  }

  async update({ sessionId }: RecordingKey, totals: RecordingTotals, isOver: boolean): Promise<void> {
    if (this.failing) throw new Error('storage is away');
    this.totals.set(sessionId, { ...totals, isOver });
  }

  /** The asciicast of a session, as lines. */
  // biome-ignore lint/suspicious/noExplicitAny: tests inspect arbitrary JSON.
  lines(sessionId: string): any[] {
    const text = (this.chunks.get(sessionId) ?? []).map((chunk) => gunzipSync(chunk).toString()).join('');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** A recorder that writes here. */
  recorder({ mostCharacters = 64 * 1024 * 1024 } = {}): SessionRecorder {
    return new SessionRecorder({ rows: this, store: this, mostCharacters, logger: pino({ level: 'silent' }) });
  }
}
