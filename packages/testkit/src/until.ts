import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

/** The first and the longest pause between two attempts, in milliseconds. */
const shortestPauseMs = 1;
const longestPauseMs = 50;

/** Thrown by the function passed to `until` when retrying is pointless. */
export class AbortRetry extends Error {}

interface UntilOptions {
  /** Describes what is awaited, for the error message; default: the source of `ask`. */
  what?: string;
  /** Default 10,000. */
  timeoutMs?: number;
}

/**
 * Calls `ask` until its result is truthy, and returns that; an exception counts as false. Each pause is as long as the time
 * waited so far, at most 50 ms, so that a waiting test takes no CPU time from what it waits for. Use it only for conditions
 * without an event.
 *
 * @throws {AbortRetry} that `ask` threw.
 * @throws {Error} after `timeoutMs`, with the last result or exception.
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  { what, timeoutMs = 10_000 }: UntilOptions = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer) return answer as NonNullable<Exclude<T, false>>;
      last = answer;
    } catch (error) {
      if (error instanceof AbortRetry) throw error;
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms: ${what ?? ask} (last: ${inspect(last, { depth: 2 })})`, {
        cause: last,
      });
    }
    await pause(pauseMs);
  }
}
