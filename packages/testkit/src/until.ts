import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Milliseconds between two looks: the first pause, and the most that it grows to. */
const shortestPauseMs = 1;
const longestPauseMs = 50;

/** Thrown by what `until` asks: asking again is in vain. */
export class AbortRetry extends Error {}

interface UntilOptions {
  /** What is waited for, for the message of the error; the source of `ask` when left out. */
  what?: string;
  /** Default 10,000. */
  timeoutMs?: number;
}

/**
 * Asks again until the answer is truthy, and answers with it; what `ask` throws counts as no. Between two looks the process is at
 * rest, for as long as it has waited already and at most 50 ms, so that a test that waits takes no processor from what it waits for.
 * For what no event tells of: where there is an event, wait for that.
 *
 * @throws {AbortRetry} that `ask` threw.
 * @throws {Error} after `timeoutMs`, with what was answered or thrown last.
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
