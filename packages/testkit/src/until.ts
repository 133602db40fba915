import { turns } from './fake-clock.ts';

/** Resolves when `condition` holds, looking once a turn of the event loop; fails after ten seconds, saying which. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`still not so: ${condition}`);
    await turns(1);
  }
}
