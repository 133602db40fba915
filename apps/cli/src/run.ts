import { CommanderError } from 'commander';
import { CliError, exitCodes } from './cli-error.ts';
import type { Io } from './io.ts';
import { printable } from './printable.ts';
import { createProgram } from './program.ts';

/** Runs a command line. @returns the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync([...args], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    return report(error, { io, json: args.includes('--json') });
  }
}

function report(error: unknown, { io, json }: { io: Io; json: boolean }): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    // `postern` or `postern cluster` without a command shows the help.
    if (error.code === 'commander.help') return exitCodes.usage;
    return say(io, { json, code: 'usage', message: error.message.replace(/^error: /, ''), exitCode: exitCodes.usage });
  }
  if (error instanceof CliError) {
    return say(io, { json, code: error.code, message: error.message, exitCode: error.exitCode });
  }
  const stack = error instanceof Error ? error.stack : String(error);
  io.err(`postern failed for a reason that is a bug. Please report this:\n${stack}\n`);
  return exitCodes.bug;
}

function say(io: Io, said: { json: boolean; code: string; message: string; exitCode: number }): number {
  const { json, code, message, exitCode } = said;
  const lines = message.split('\n').map(printable).join('\n');
  io.err(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${lines}\n`);
  return exitCode;
}
