import { maxDataBytes } from './frame.ts';

/** Sizes in bytes, times in milliseconds. */
export interface MuxOptions {
  /** Streams each side may have open at once that it opened itself. */
  maxStreams: number;
  /** Growth of receive windows beyond the initial one, summed over the session's streams. */
  windowBudget: number;
  /** The most one stream's receive window grows to. The initial window is part of the protocol: 256 KiB. */
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
  /** Control frames waiting beyond this number close the session: the peer provokes answers and does not read them. */
  maxControlFrames: number;
  /** Monotonic clock. */
  now: () => number;
}

/** The window every stream starts with, each way. Part of the protocol. */
export const initialWindow = 256 * 1024;

const defaults: MuxOptions = {
  maxStreams: 1024,
  windowBudget: 64 * 1024 * 1024,
  maxWindow: 8 * 1024 * 1024,
  bulkChunk: 64 * 1024,
  interactiveChunk: 16 * 1024,
  transportBuffer: 64 * 1024,
  interactiveInFlight: 256 * 1024,
  abortLingerMs: 60_000,
  maxControlFrames: 16 * 1024,
  now: () => performance.now(),
};

/** Fills in the defaults and checks every value once. Throws a RangeError that names the option. */
export function muxOptions(given: Partial<MuxOptions>): MuxOptions {
  const options = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof MuxOptions)[]) {
    if (given[name] !== undefined) Object.assign(options, { [name]: given[name] });
  }
  between(options, 'maxStreams', [1, 1_000_000]);
  between(options, 'windowBudget', [0, 2 ** 40]);
  between(options, 'maxWindow', [initialWindow, 2 ** 30]);
  between(options, 'bulkChunk', [1, maxDataBytes]);
  between(options, 'interactiveChunk', [1, maxDataBytes]);
  between(options, 'transportBuffer', [1, 2 ** 30]);
  between(options, 'interactiveInFlight', [maxDataBytes, 2 ** 40]);
  between(options, 'abortLingerMs', [1, 2 ** 31 - 1]);
  between(options, 'maxControlFrames', [16, 2 ** 30]);
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
