/** Number of simultaneous requests. */
const AT_ONCE = 6;

/** How far a change of one of several objects is. */
export type Progress = { state: 'waiting' | 'running' | 'done' } | { state: 'failed'; error: unknown };

/**
 * Runs the same change for each object, a few at a time. A failure does not stop the others.
 * @returns how each ended, in the order of the objects.
 */
export async function applyToEach<T>(
  objects: readonly T[],
  run: (object: T) => Promise<unknown>,
  onProgress: (all: readonly Progress[]) => void = () => undefined,
): Promise<readonly Progress[]> {
  const all = objects.map((): Progress => ({ state: 'waiting' }));
  const report = (index: number, progress: Progress) => {
    all[index] = progress;
    onProgress([...all]);
  };
  const waiting = objects.map((object, index) => ({ object, index }));
  async function work() {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      report(next.index, { state: 'running' });
      try {
        await run(next.object);
        report(next.index, { state: 'done' });
      } catch (error) {
        report(next.index, { state: 'failed', error });
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return all;
}
