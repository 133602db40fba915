import type { Command } from 'commander';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { relativeTime } from '../time.ts';

export function addServiceAccountCommands(program: Command, io: Io): void {
  const accounts = program.command('service-account').description('accounts for programs');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  accounts
    .command('list')
    .description('list service accounts, and when they were last used')
    .action(async (_options, command: Command) => list(invocationOf(command)));
  accounts
    .command('create')
    .argument('<name>')
    .description('create a service account; it reaches no cluster until it is given access')
    .option('--description <text>', 'what it is for')
    .action(async (name: string, options: { description?: string }, command: Command) =>
      create(invocationOf(command), name, options.description),
    );
  accounts
    .command('delete')
    .argument('<name>')
    .description('delete a service account with its tokens and its access')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: { yes?: boolean }, command: Command) =>
      remove(invocationOf(command), name, options.yes),
    );
}

async function list(invocation: Invocation): Promise<void> {
  const { organization, io } = invocation;
  const { items } = await invocation.call('listServiceAccounts', { params: { organization } });
  invocation.print({ items }, () =>
    items.length === 0
      ? 'No service accounts yet. Create one with `postern service-account create NAME`.\n'
      : table(
          ['NAME', 'TOKENS', 'LAST USED', 'CREATED BY', 'DESCRIPTION'],
          items.map(({ name, tokens, lastUsedAt, createdBy, description }) => [
            name,
            String(tokens),
            lastUsedAt === null ? 'never' : relativeTime(lastUsedAt, io.now()),
            createdBy.name,
            description,
          ]),
        ),
  );
}

async function create(invocation: Invocation, name: string, description: string | undefined): Promise<void> {
  const { organization } = invocation;
  const body = { name, ...(description && { description }) };
  const account = await invocation.call('createServiceAccount', { params: { organization }, body });
  invocation.print(account, () => `Created the service account ${printable(name)}.\n`);
  invocation.hint(`Next: \`postern access grant --service-account ${printable(name)} --cluster C --level viewer\``);
  invocation.hint(`and \`postern token create --service-account ${printable(name)} --name N --expires 30d\`.`);
}

async function remove(invocation: Invocation, name: string, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  await invocation.confirm(`Delete the service account "${name}" with its tokens and its access?`, yes);
  await invocation.call('deleteServiceAccount', { params: { organization, serviceAccount: name } });
  invocation.print({ name, deleted: true }, () => `Deleted ${printable(name)}.\n`);
}
