import { accessObjects, impersonatorRole } from '@postern/kube';
import { stringify } from 'yaml';
import { readConfig } from './config.ts';
import { createLogger } from './log.ts';
import { runAgent } from './run.ts';
import { UserError } from './user-error.ts';

/** The process ends after this, in milliseconds, whatever is still open. */
const lastMs = 4_800;

async function main(): Promise<void> {
  const invocation = readConfig(process.argv.slice(2), process.env);
  // Other users of this machine can see a process's arguments, which may include the join token.
  process.title = 'postern agent';
  if ('print' in invocation) {
    process.stdout.write(
      invocation.print === 'text'
        ? invocation.text
        : [
            ...accessObjects({ clusterId: invocation.clusterId, location: 'outside' }),
            impersonatorRole(invocation.clusterId, invocation.groups),
          ]
            .map((object) => stringify(object, { lineWidth: 0 }))
            .join('---\n'),
    );
    return;
  }
  const config = invocation.run;
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      // On a second Ctrl-C, exit at once.
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
      setTimeout(() => process.exit(0), lastMs).unref();
    });
  }
  const logger = createLogger({ level: config.logLevel, isTerminal: process.stderr.isTTY === true });
  await runAgent(config, { logger, signal: stop.signal });
}

try {
  await main();
} catch (error) {
  const isForUser = error instanceof UserError;
  process.stderr.write(isForUser ? `${error.message}\n` : `The agent failed: ${(error as Error).stack}\n`);
  process.exitCode = isForUser ? error.exitCode : 1;
}
