import type { CallResult } from '@postern/api-client';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

type Team = CallResult<'createTeam'>;

export function addTeamCommands(program: Command, io: Io): void {
  const team = program.command('team').description('teams: groups of members and service accounts');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  team
    .command('list')
    .description('list teams with their members')
    .action(async (_options, command: Command) => list(invocationOf(command)));
  team
    .command('create')
    .argument('<name>')
    .description('create a team')
    .option('--slug <slug>', 'its name in commands and clusters (default: made from the name)')
    .action(async (name: string, { slug }: { slug?: string }, command: Command) => {
      const invocation = invocationOf(command);
      const params = { organization: invocation.organization };
      print(invocation, await invocation.call('createTeam', { params, body: { name, ...(slug && { slug }) } }));
    });
  team
    .command('rename')
    .argument('<team>')
    .argument('<name>')
    .description('change the name that people see; its slug stays')
    .action(async (slug: string, name: string, _options, command: Command) => {
      const invocation = invocationOf(command);
      const params = { organization: invocation.organization, team: slug };
      print(invocation, await invocation.call('updateTeam', { params, body: { name } }));
    });
  team
    .command('delete')
    .argument('<team>')
    .description('delete a team with the access that it has')
    .option('--yes', 'do not ask')
    .action(async (slug: string, { yes }: { yes?: boolean }, command: Command) =>
      remove(invocationOf(command), slug, yes),
    );
  team
    .command('add')
    .argument('<team>')
    .argument('<account>')
    .description('add a member (by e-mail address) or a service account (by name)')
    .action(async (slug: string, account: string, _options, command: Command) => {
      const invocation = invocationOf(command);
      const params = { organization: invocation.organization, team: slug };
      const body = account.includes('@') ? { user: account } : { serviceAccount: account };
      print(invocation, await invocation.call('addTeamMember', { params, body }));
    });
  team
    .command('remove')
    .argument('<team>')
    .argument('<account>')
    .description('take a member (by e-mail address) or a service account (by name) out of a team')
    .action(async (slug: string, account: string, _options, command: Command) =>
      takeOut(invocationOf(command), slug, account),
    );
}

async function list(invocation: Invocation): Promise<void> {
  const { organization } = invocation;
  const { items } = await invocation.call('listTeams', { params: { organization } });
  invocation.print({ items }, () =>
    items.length === 0 ? 'No teams yet. Create one with `postern team create NAME`.\n' : teams(items),
  );
}

async function remove(invocation: Invocation, slug: string, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  await invocation.confirm(`Delete the team "${slug}" with the access that it has?`, yes);
  await invocation.call('deleteTeam', { params: { organization, team: slug } });
  invocation.print({ slug, deleted: true }, () => `Deleted ${printable(slug)}.\n`);
}

async function takeOut(invocation: Invocation, slug: string, account: string): Promise<void> {
  const { organization } = invocation;
  const { items } = await invocation.call('listTeams', { params: { organization } });
  const name = account.trim().toLowerCase();
  const found = items.find((team) => team.slug === slug)?.members.find((member) => member.name === name);
  if (found === undefined) {
    throw new CliError(`${printable(account)} is not in the team ${printable(slug)}.`, {
      exitCode: exitCodes.notFound,
      code: 'not-found',
    });
  }
  await invocation.call('removeTeamMember', { params: { organization, team: slug, account: found.id } });
  invocation.print({ id: found.id, removed: true }, () => `Took ${printable(account)} out of ${printable(slug)}.\n`);
}

function print(invocation: Invocation, team: Team): void {
  invocation.print(team, () => teams([team]));
}

function teams(items: readonly Team[]): string {
  return table(
    ['TEAM', 'NAME', 'MEMBERS'],
    items.map(({ slug, name, members }) => [slug, name, members.map((member) => member.name).join(', ') || '-']),
  );
}
