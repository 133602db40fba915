import type { Mode } from './mode.ts';
import { run } from './run.ts';
import { UserError } from './user-error.ts';

/** The main function of a process that runs Postern: prints errors and sets the exit code. */
export async function runToTheEnd(mode: Mode): Promise<void> {
  // The terminal was closed, or `npm start | head`: the programs must still be stopped in order.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
  // A bug, printed as such; the other programs keep running and are still supervised.
  process.on('unhandledRejection', (error) => {
    process.stderr.write(`A bug in ${mode.command}: ${error instanceof Error ? error.stack : error}\n`);
  });
  try {
    process.exitCode = await run(process.argv.slice(2), mode);
  } catch (error) {
    process.stderr.write(`${error instanceof UserError ? error.message : ((error as Error).stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
