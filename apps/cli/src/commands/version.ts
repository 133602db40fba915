import type { Command } from 'commander';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { version } from '../version.ts';

export function addVersionCommand(program: Command, io: Io): void {
  program
    .command('version')
    .description("this program's version, and the gateway's where one is known and answers")
    .action(async (_options, command: Command) => showVersion(new Invocation(io, command.optsWithGlobals())));
}

async function showVersion(invocation: Invocation): Promise<void> {
  const gateway = await gatewayVersion(invocation);
  invocation.print({ client: version, ...(gateway === undefined ? {} : { gateway }) }, () => {
    const lines = [`client   ${version}`];
    if (gateway !== undefined) lines.push(`gateway  ${printable(gateway.version)} (${gateway.url})`);
    return `${lines.join('\n')}\n`;
  });
}

async function gatewayVersion(invocation: Invocation): Promise<{ url: string; version: string } | undefined> {
  try {
    const { url, caPem } = invocation.context;
    const meta = await invocation.callAt({ url, caPem }, 'getMeta', {});
    return { url, version: meta.version };
  } catch (error) {
    if (invocation.url !== undefined) throw error;
    return undefined;
  }
}
