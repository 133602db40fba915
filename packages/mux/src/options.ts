import { maxDataBytes } from './frame.ts';

/** Sizes in bytes, times in milliseconds. */
export interface MuxOptions {
  /** Streams this side may have open at once that it opened itself. */
  maxStreams: number;
  /** Streams the peer may have open at once that it opened itself. As many as `maxStreams` unless given. */
  maxPeerStreams: number;
  /** Growth of receive windows beyond their initial ones, summed over the session's streams. */
  windowBudget: number;
  /** The most one stream's receive window grows to. The initial ones are part of the protocol: 256 or 64 KiB. */
  maxWindow: number;
  /** Largest DATA payload while no interactive stream is open. */
  bulkChunk: number;
  /** Largest DATA payload while an interactive stream is open. */
  interactiveChunk: number;
  /** Frames are handed to the transport while it holds less than this. */
  transportBuffer: number;
  /**
   * DATA the peer has not acknowledged, beyond which no bulk is sent while an interactive stream is open. For every
   * millisecond of the round trip 1 MiB comes on top, so that no line of less than 1 GB/s is slowed down by it.
   */
  interactiveInFlight: number;
  /**
   * How long an aborted stream may take to hand over the bytes before its error, at the sender and again at the
   * receiver, in milliseconds. Afterwards they are dropped: a reader that stopped reading must not keep its place.
   */
  abortLingerMs: number;
  /**
   * What control frames that wait to be sent may cost in bytes. Heads (OPEN, ACCEPT) and other frames count apart.
   * Beyond it `open` refuses, a stream that is accepted is reset with `limit`, and a peer that provokes answers and does
   * not read them is closed with 4429.
   */
  maxControlBytes: number;
  /** The highest stream id. Once those of one side are used up a new tunnel is needed; a test may have fewer. */
  lastStreamId: number;
  /** Monotonic clock. */
  now: () => number;
}

/** The window a stream starts with, each way, and the one it starts with when its OPEN says narrow. In the protocol. */
export const initialWindow = 256 * 1024;
export const narrowWindow = 64 * 1024;
/** So many streams each side may have at once that start with the wide window. Part of the protocol. */
export const wideStreams = 64;

const defaults: MuxOptions = {
  maxStreams: 1024,
  maxPeerStreams: 1024,
  windowBudget: 24 * 1024 * 1024,
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

/** Fills in the defaults and checks every value once. Throws a RangeError that names the option. */
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
