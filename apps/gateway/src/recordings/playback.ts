import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { RecordingRows } from './recording-rows.ts';
import type { RecordingKey } from './recording-store.ts';
import type { RecordingStores } from './recording-stores.ts';
import type { SessionRecorder } from './session-recorder.ts';

const decompress = promisify(gunzip);
/** The largest chunk, decompressed, in bytes: 256 Ki characters and a part of the session that came at once. */
const maxOutputLength = 32 * 1024 * 1024;
/** How often a recording that another gateway writes is looked at, in milliseconds. */
const lookEveryMs = 500;
/** How long after the end of a session its gateway may still write, in milliseconds. Afterwards it has stopped. */
const lastChunkMs = 10_000;

/** Reads recordings, of sessions that have ended and of those that are running on any gateway. */
export class Playback {
  readonly #rows: RecordingRows;
  readonly #stores: RecordingStores;
  readonly #recorder: SessionRecorder;

  constructor(rows: RecordingRows, stores: RecordingStores, recorder: SessionRecorder) {
    this.#rows = rows;
    this.#stores = stores;
    this.#recorder = recorder;
  }

  /**
   * The asciicast of a session.
   * @param follow goes on with what is being recorded until the session ends. @param signal aborts when nobody reads any more.
   */
  async *read(
    key: RecordingKey,
    { follow, signal }: { follow: boolean; signal: AbortSignal },
  ): AsyncGenerator<Buffer, void> {
    const local = follow ? this.#recorder.recordingOf(key.sessionId) : undefined;
    const leave = local?.follow();
    try {
      for (let sequence = 0; !signal.aborted; ) {
        const state = await this.#rows.find(key);
        const chunks = state?.recording?.chunks ?? 0;
        for (; sequence < chunks && !signal.aborted; sequence++) {
          const chunk = await this.#stores.of(state?.recording?.storage ?? 'postgres').read(key, sequence);
          if (chunk === null) return;
          yield await decompress(chunk, { maxOutputLength });
        }
        if (!follow || state === null || isOver(state)) return;
        await this.#next(key, signal);
      }
    } finally {
      leave?.();
    }
  }

  /** Waits until there may be another chunk. */
  async #next({ sessionId }: RecordingKey, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const options = { signal: AbortSignal.any([signal, over.signal]) };
    const local = this.#recorder.recordingOf(sessionId);
    const waits = [delay(lookEveryMs, undefined, options)];
    if (local !== undefined) waits.push(once(local, 'stored', options).then(() => undefined));
    await Promise.race(waits).catch(() => {});
    over.abort();
    await Promise.allSettled(waits);
  }
}

function isOver({ endedAt, recording }: { endedAt: Date | null; recording: { endedAt: Date | null } | null }): boolean {
  if (recording !== null && recording.endedAt !== null) return true;
  return endedAt !== null && Date.now() - endedAt.getTime() > lastChunkMs;
}
