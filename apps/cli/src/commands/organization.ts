import type { CallResult } from '@postern/api-client';
import { type Command, Option } from 'commander';
import { usageError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

type Organization = CallResult<'getOrganization'>;

interface Settings {
  name?: string;
  breakGlass?: 'on' | 'off';
}

export function addOrganizationCommands(program: Command, io: Io): void {
  const organization = program.command('organization').description('your organizations and their settings');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  organization
    .command('list')
    .description('list the organizations of which you are a member')
    .action(async (_options, command: Command) => {
      const invocation = invocationOf(command);
      const { organizations } = await invocation.call('getMe', {});
      invocation.print({ items: organizations }, () =>
        table(
          ['ORGANIZATION', 'NAME', 'ROLE'],
          organizations.map(({ slug, name, role }) => [slug, name, role]),
        ),
      );
    });
  organization
    .command('create')
    .argument('<name>')
    .description('create another organization, as its owner')
    .action(async (name: string, _options, command: Command) => {
      const invocation = invocationOf(command);
      print(invocation, await invocation.call('createOrganization', { body: { name } }));
    });
  organization
    .command('settings')
    .description('show the settings, or change some')
    .option('--name <name>', 'the name that people see')
    .addOption(
      new Option('--break-glass <on|off>', 'whether members may take access in an emergency').choices(['on', 'off']),
    )
    .action(async (options: Settings, command: Command) => settings(invocationOf(command), options));
  organization
    .command('leave')
    .description('leave the organization')
    .option('--yes', 'do not ask')
    .action(async ({ yes }: { yes?: boolean }, command: Command) => {
      const invocation = invocationOf(command);
      const slug = invocation.organization;
      await invocation.confirm(`Leave ${slug}? Somebody must invite you to come back.`, yes);
      await invocation.call('leaveOrganization', { params: { organization: slug } });
      invocation.print({ slug, left: true }, () => `You have left ${printable(slug)}.\n`);
    });
  organization
    .command('delete')
    .argument('<slug>')
    .description('delete an organization with everything in it; its agents are cut off at once')
    .option('--yes', 'do not ask')
    .action(async (slug: string, { yes }: { yes?: boolean }, command: Command) =>
      remove(invocationOf(command), slug, yes),
    );
}

async function settings(invocation: Invocation, { name, breakGlass }: Settings): Promise<void> {
  const params = { organization: invocation.organization };
  if (name === undefined && breakGlass === undefined) {
    print(invocation, await invocation.call('getOrganization', { params }));
    return;
  }
  const body = { ...(name && { name }), ...(breakGlass && { breakGlass: breakGlass === 'on' }) };
  print(invocation, await invocation.call('updateOrganization', { params, body }));
}

async function remove(invocation: Invocation, slug: string, yes: boolean | undefined): Promise<void> {
  if (yes !== true) {
    if (!invocation.io.isInteractive) throw usageError(`Say --yes to delete ${slug} without being asked.`);
    const question = `This deletes ${slug} with its clusters, members and tokens. Type its name to go on: `;
    if ((await invocation.io.ask(printable(question))).trim() !== slug) throw usageError('Nothing was done.');
  }
  await invocation.call('deleteOrganization', { params: { organization: slug }, query: { confirm: slug } });
  invocation.print({ slug, deleted: true }, () => `Deleted ${printable(slug)}.\n`);
}

function print(invocation: Invocation, organization: Organization): void {
  invocation.print(organization, () =>
    table(
      ['ORGANIZATION', 'NAME', 'BREAK-GLASS'],
      [[organization.slug, organization.name, organization.breakGlass ? 'on' : 'off']],
    ),
  );
}
