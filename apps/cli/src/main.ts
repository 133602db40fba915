import { homedir } from 'node:os';
import { runAgent } from './commands/agent.ts';
import { processIo } from './io.ts';
import { run } from './run.ts';

const args = process.argv.slice(2);
if (args[0] === 'agent') runAgent(args.slice(1));
// A reader that stops early (`postern cluster list | head -1`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await run(args, processIo(homedir()));
