import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AsciicastWriter, type SessionEvent } from '@postern/recording';
import type { RecordingRows, RecordingTotals } from './recording-rows.ts';
import type { RecordingKey, RecordingStore } from './recording-store.ts';

const compress = promisify(gzip);

/** When a chunk is written: after this time in milliseconds, or as soon as it has this many characters. */
const chunk = { afterMs: 2_000, followedMs: 250, characters: 256 * 1024 };
/** How many characters may wait for storage. */
const mostWaiting = 1024 * 1024;
/** How often a chunk that could not be stored is tried again, in milliseconds. */
const retryMs = 2_000;

export interface RecordingOptions {
  key: RecordingKey;
  title: string;
  command: string;
  /** Sessions that must be recorded wait for storage, and end if it fails; others go on without their recording. */
  isRequired: boolean;
  /** The largest recording, in characters of asciicast. */
  mostCharacters: number;
  rows: Pick<RecordingRows, 'create' | 'update'>;
  store: RecordingStore;
  onFailure(error: unknown): void;
}

/**
 * The recording of one session while it runs: asciicast in memory, at most 2 MiB, which is written in compressed chunks every two
 * seconds. Emits `stored` when there is another chunk, `room` when it is no longer full, and `lost` if a session that must be
 * recorded no longer is.
 */
export class Recording extends EventEmitter<{ stored: []; room: []; lost: [reason: string]; over: [] }> {
  readonly #options: RecordingOptions;
  readonly #writer: AsciicastWriter;
  readonly #totals: RecordingTotals = { durationMs: 0, sizeBytes: 0, storedBytes: 0, missingBytes: 0, chunks: 0 };
  /** The row, which the first chunk waits for. */
  #row: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** Taken from the writer and not stored yet. */
  #unstored = '';
  /** Bytes that are missing since the last event that was recorded. */
  #gap = 0;
  #followers = 0;
  #isOver = false;
  /** The recording has its largest size, or was given up. */
  #isStopped = false;

  constructor(options: RecordingOptions) {
    super();
    this.#options = options;
    const { title, command } = options;
    this.#writer = new AsciicastWriter({ title, command, startedAt: new Date() }, performance.now());
  }

  /** Whether a session that must be recorded has to wait for `room`. */
  get isFull(): boolean {
    return this.#options.isRequired && !this.#isStopped && this.#waiting >= mostWaiting;
  }

  get #waiting(): number {
    return this.#writer.pending + this.#unstored.length;
  }

  /** Writes the row. Rejects if that is impossible; it is tried again with the next chunk. */
  begin(): Promise<void> {
    const { rows, key, store } = this.#options;
    this.#row ??= rows.create(key, store.storage);
    this.#row.catch(() => {
      this.#row = undefined;
    });
    return this.#row;
  }

  write(event: SessionEvent): void {
    if (this.#isOver || this.#isStopped) return;
    const size = 'data' in event ? event.data.byteLength : 0;
    // Never so much that what the session must wait for is lost: it may have a little in transit.
    if (size > 0 && !this.#options.isRequired && this.#waiting >= mostWaiting) {
      this.#gap += size;
      this.#totals.missingBytes += size;
      return;
    }
    this.#markGap();
    this.#writer.write(event, performance.now());
    if (this.#totals.sizeBytes + this.#waiting > this.#options.mostCharacters) this.#stop();
    this.#schedule();
  }

  /** Says in the recording that something is missing, and why. */
  mark(text: string): void {
    if (this.#isOver || this.#isStopped) return;
    this.#writer.mark(text, performance.now());
    this.#schedule();
  }

  /** Somebody is watching: chunks are written more often. @returns a function to call when they no longer do. */
  follow(): () => void {
    this.#followers++;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#schedule();
    return () => {
      this.#followers--;
    };
  }

  /** Writes the rest. Resolves when that is done, or was given up. */
  async finish(): Promise<void> {
    if (this.#isOver) return;
    this.#markGap();
    this.#writer.end(performance.now());
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#flush();
    try {
      await this.begin();
      await this.#options.rows.update(this.#options.key, this.#totals, true);
    } catch (error) {
      this.#options.onFailure(error);
    }
    this.emit('over');
  }

  #markGap(): void {
    if (this.#gap === 0) return;
    this.#writer.mark(`${this.#gap} bytes are missing here: storage was too slow.`, performance.now());
    this.#gap = 0;
  }

  #stop(): void {
    this.#writer.mark('The recording ends here: it has reached its largest size.', performance.now());
    this.#isStopped = true;
    if (this.#options.isRequired) this.emit('lost', 'The recording of this session, which is required, is full.');
  }

  #schedule(): void {
    if (this.#isOver || this.#writing !== undefined || this.#waiting === 0) return;
    if (this.#waiting >= chunk.characters) this.#store();
    else this.#later(this.#followers > 0 ? chunk.followedMs : chunk.afterMs);
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => this.#store(), ms);
  }

  #store(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#flush().finally(() => {
      this.#writing = undefined;
      if (this.#isOver) return;
      if (this.#unstored === '') this.#schedule();
      else this.#later(retryMs);
    });
  }

  /** Stores what there is. Never rejects: what could not be stored is kept. */
  async #flush(): Promise<void> {
    if (this.#unstored === '') this.#unstored = this.#writer.take(performance.now());
    if (this.#unstored === '') return;
    const { rows, key, store, isRequired, onFailure } = this.#options;
    try {
      await this.begin();
      const compressed = await compress(this.#unstored);
      await store.write(key, this.#totals.chunks, compressed);
      this.#totals.chunks++;
      this.#totals.sizeBytes += Buffer.byteLength(this.#unstored);
      this.#totals.storedBytes += compressed.byteLength;
      this.#totals.durationMs = this.#writer.durationMs;
      this.#unstored = '';
      await rows.update(key, this.#totals, false);
    } catch (error) {
      onFailure(error);
      if (isRequired) this.emit('lost', 'This session could no longer be recorded, which is required here.');
    }
    this.emit('stored');
    if (!this.isFull) this.emit('room');
  }
}
