import { turns } from './turns.ts';

/**
 * Resolves with a number once it has not changed for 300 turns of the event loop, for example the bytes sent by a writer whose
 * reader has stopped. It counts turns, not time, because on a busy machine time may pass in which this process does not run.
 *
 * @throws after ten seconds.
 */
export async function atRest(count: () => number): Promise<number> {
  const deadline = performance.now() + 10_000;
  for (let last = count(); ; last = count()) {
    await turns(300);
    if (count() === last) return last;
    if (performance.now() > deadline) throw new Error(`not at rest within 10 s: ${count} (${last})`);
  }
}
