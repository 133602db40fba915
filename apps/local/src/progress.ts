import pc from 'picocolors';

/** Runs one step of the start, with one line of progress. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  process.stdout.write(
    `  ${pc.green('✓')} ${title.padEnd(22)} ${pc.dim(`${((performance.now() - started) / 1000).toFixed(1)} s`)}\n`,
  );
  return result;
}
