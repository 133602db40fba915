import type { Mode } from './mode.ts';
import { run } from './run.ts';
import { UserError } from './user-error.ts';

/** The whole of a process that runs Postern: what it says when something goes wrong, and its exit code. */
export async function runToTheEnd(mode: Mode): Promise<void> {
  // A terminal that was closed, or `npm start | head`: the programs are still to be stopped in order.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
  // A bug, and to be seen as one; but the programs beside this one run and are watched as before.
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
