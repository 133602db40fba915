import { maxDataBytes } from './frame.ts';

/** Sizes in bytes, times in milliseconds. */
export interface MuxOptions {
  /** How many streams opened by this side may be open at once. */
  maxStreams: number;
  /** How many streams opened by the peer may be open at once. Defaults to `maxStreams`. */
  maxPeerStreams: number;
  /** Growth of receive windows beyond their initial ones, summed over the session's streams. */
  windowBudget: number;
  /** The largest size of one stream's receive window. The initial sizes are part of the protocol: 256 or 64 KiB. */
  maxWindow: number;
  /** Largest DATA payload while no interactive stream is open. */
  bulkChunk: number;
  /** Largest DATA payload while an interactive stream is open. */
  interactiveChunk: number;
  /** Frames are handed to the transport while it holds less than this. */
  transportBuffer: number;
  /**
   * Limit on unacknowledged DATA beyond which no bulk data is sent while an interactive stream is open. 1 MiB is added
   * per millisecond of round trip, so that no connection below 1 GB/s is slowed down.
   */
  interactiveInFlight: number;
  /**
   * How long an aborted stream may take to deliver the bytes before its error, at the sender and again at the receiver,
   * in milliseconds. They are then dropped: a reader that has stopped must not hold its stream open.
   */
  abortLingerMs: number;
  /**
   * Limit on the cost of waiting control frames, in bytes; heads (OPEN, ACCEPT) and other frames count separately.
   * Beyond it `open` refuses, an accepted stream is reset with `limit`, and a peer that provokes answers without reading
   * them is closed with 4429.
   */
  maxControlBytes: number;
  /** The highest stream id. When one side has used all its ids, a new tunnel is needed. Tests may lower it. */
  lastStreamId: number;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
}

/** Initial window of each direction in bytes; the second if OPEN is flagged narrow. Part of the protocol. */
export const initialWindow = 256 * 1024;
export const narrowWindow = 64 * 1024;
/** How many of its open streams each side starts with the wide window. Part of the protocol. */
export const wideStreams = 32;
/** How many streams with the wide window each side admits, because the peer cannot know which of them are not yet read. */
export const mostWideStreams = 4 * wideStreams;

const defaults: MuxOptions = {
  maxStreams: 1024,
  maxPeerStreams: 1024,
  windowBudget: 16 * 1024 * 1024,
  maxWindow: 8 * 1024 * 1024,
  bulkChunk: 64 * 1024,
  interactiveChunk: 16 * 1024,
  transportBuffer: 64 * 1024,
  interactiveInFlight: 256 * 1024,
  abortLingerMs: 60_000,
  maxControlBytes: 1024 * 1024,
  lastStreamId: 2 ** 32 - 1,
  now: () => performance.now(),
};

/** Fills in the defaults and validates every value. @throws RangeError that names the option. */
export function muxOptions(given: Partial<MuxOptions>): MuxOptions {
  const options = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof MuxOptions)[]) {
    if (given[name] !== undefined) Object.assign(options, { [name]: given[name] });
  }
  options.maxPeerStreams = given.maxPeerStreams ?? options.maxStreams;
  between(options, 'maxStreams', [1, 1_000_000]);
  between(options, 'maxPeerStreams', [1, 1_000_000]);
  between(options, 'windowBudget', [0, 2 ** 40]);
  between(options, 'maxWindow', [initialWindow, 2 ** 30]);
  between(options, 'bulkChunk', [1, maxDataBytes]);
  between(options, 'interactiveChunk', [1, maxDataBytes]);
  between(options, 'transportBuffer', [1, 2 ** 30]);
  between(options, 'interactiveInFlight', [maxDataBytes, 2 ** 40]);
  between(options, 'abortLingerMs', [1, 2 ** 31 - 1]);
  between(options, 'maxControlBytes', [1024, 2 ** 30]);
  between(options, 'lastStreamId', [2, 2 ** 32 - 1]);
  return options;
}

function between(
  options: MuxOptions,
  name: Exclude<keyof MuxOptions, 'now'>,
  [low, high]: readonly [number, number],
): void {
  const value = options[name];
  if (!Number.isSafeInteger(value) || value < low || value > high) {
    throw new RangeError(`mux option ${name} must be a whole number from ${low} to ${high}, not ${value}`);
  }
}
