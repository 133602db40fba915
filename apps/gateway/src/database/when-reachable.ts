import { setTimeout as delay } from 'node:timers/promises';
import { isUnreachable } from './database.ts';

/**
 * Does what must not be forgotten because the database was away for a moment: again while it cannot be reached, after 0.5 s,
 * 1 s, and so on, for some two minutes. Only for work that may be done twice.
 * @throws what `work` threw last.
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
