import { setTimeout as delay } from 'node:timers/promises';
import { isUnreachable } from './database.ts';

/**
 * Retries work that must not be lost while the database is briefly unavailable: after 0.5 s, 1 s, and so on, for about two
 * minutes. Only for work that may be done twice.
 * @throws the last error of `work`.
 */
export async function whenReachable<T>(work: () => Promise<T>, firstPauseMs = 500): Promise<T> {
  for (let pause = firstPauseMs; ; pause *= 2) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error) || pause > firstPauseMs * 128) throw error;
      await delay(pause, undefined, { ref: false });
    }
  }
}
