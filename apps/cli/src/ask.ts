import { usageError } from './cli-error.ts';
import type { Invocation } from './invocation.ts';

/** Asks for what an option would have given. @throws {CliError} there is no terminal to ask on. */
export async function askFor(
  invocation: Invocation,
  question: string,
  { option, secret = false }: { option: string; secret?: boolean },
): Promise<string> {
  if (!invocation.io.isInteractive) throw usageError(`${option} is missing, and there is no terminal to ask on.`);
  const answer = await invocation.io.ask(question, { secret });
  return secret ? answer : answer.trim();
}
