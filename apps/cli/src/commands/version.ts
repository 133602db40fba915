import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { Session } from '../session.ts';
import { version } from '../version.ts';

export function addVersionCommand(program: Command, io: Io): void {
  program
    .command('version')
    .description("this program's version, and the gateway's where one is known and answers")
    .action(async (_options, command: Command) => showVersion(new Session(io, command.optsWithGlobals())));
}

async function showVersion(session: Session): Promise<void> {
  const gateway = await gatewayVersion(session);
  session.print({ client: version, ...(gateway === undefined ? {} : { gateway }) }, () => {
    const lines = [`client   ${version}`];
    if (gateway !== undefined) lines.push(`gateway  ${printable(gateway.version)} (${gateway.url})`);
    return `${lines.join('\n')}\n`;
  });
}

async function gatewayVersion(session: Session): Promise<{ url: string; version: string } | undefined> {
  try {
    const { url, caPem } = session.context;
    const meta = await session.callAt({ url, caPem }, 'getMeta', {});
    return { url, version: meta.version };
  } catch (error) {
    if (session.url !== undefined) throw error;
    return undefined;
  }
}
