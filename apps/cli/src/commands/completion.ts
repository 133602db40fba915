import { Argument, type Command } from 'commander';
import { candidates, completionScripts } from '../completion.ts';
import type { Io } from '../io.ts';

export function addCompletionCommands(program: Command, io: Io): void {
  program
    .command('completion')
    .description('print a completion script')
    .addArgument(new Argument('<shell>').choices(Object.keys(completionScripts)))
    .action((shell: string) => io.out(completionScripts[shell] ?? ''));
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) =>
      io.out(
        candidates(program, words)
          .map((word) => `${word}\n`)
          .join(''),
      ),
    );
}
