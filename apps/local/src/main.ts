import { run } from './run.ts';
import { UserError } from './user-error.ts';

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof UserError ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
