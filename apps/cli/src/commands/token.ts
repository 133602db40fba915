import { type Permission, permissions } from '@postern/contracts';
import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { durationOption, listOption } from '../options.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { relativeTime } from '../time.ts';

interface OfAccount {
  serviceAccount?: string;
}

interface CreateOptions extends OfAccount {
  name: string;
  expires?: number;
  scope: string[];
}

export function addTokenCommands(program: Command, io: Io): void {
  const token = program.command('token').description('API tokens, yours and those of service accounts');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  const ofAccount = ['--service-account <name>', 'of this service account instead of yours'] as const;
  token
    .command('create')
    .description('create a token; its secret is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(durationOption('--expires <duration>', 'how long it is valid, from 1m to 365d (default: 90d)'))
    .addOption(
      listOption('--scope <permission>', 'limit it to this permission; may be repeated (default: all of yours)'),
    )
    .option(...ofAccount)
    .action(async (options: CreateOptions, command: Command) => create(invocationOf(command), options));
  token
    .command('list')
    .description('list tokens that have not expired')
    .option(...ofAccount)
    .action(async (options: OfAccount, command: Command) => list(invocationOf(command), options));
  token
    .command('revoke')
    .argument('<id>')
    .description('revoke a token and every token made with it')
    .option(...ofAccount)
    .action(async (id: string, options: OfAccount, command: Command) => revoke(invocationOf(command), id, options));
}

async function create(invocation: Invocation, options: CreateOptions): Promise<void> {
  const { name, expires, serviceAccount } = options;
  const { organization } = invocation;
  const scopes = options.scope.map(scopeOf);
  const body = { name, ...(expires && { expiresInSeconds: expires }), ...(scopes.length > 0 && { scopes }) };
  const { token, secret } =
    serviceAccount === undefined
      ? await invocation.call('createToken', { params: { organization }, body })
      : await invocation.call('createServiceAccountToken', { params: { organization, serviceAccount }, body });
  invocation.print({ ...token, secret }, () => `${printable(secret)}\n`);
  invocation.hint(`It ends ${relativeTime(token.expiresAt, invocation.io.now())}, and is not shown again.`);
}

function scopeOf(text: string): Permission {
  const known = permissions.find((permission) => permission === text);
  if (known === undefined) throw usageError(`"${text}" is not a permission. There are: ${permissions.join(', ')}.`);
  return known;
}

async function list(invocation: Invocation, { serviceAccount }: OfAccount): Promise<void> {
  const { organization, io } = invocation;
  const { items } =
    serviceAccount === undefined
      ? await invocation.call('listTokens', { params: { organization } })
      : await invocation.call('listServiceAccountTokens', { params: { organization, serviceAccount } });
  invocation.print({ items }, () =>
    items.length === 0
      ? 'No tokens. Create one with `postern token create --name NAME`.\n'
      : table(
          ['ID', 'NAME', 'KIND', 'EXPIRES', 'LAST USED', 'SCOPES'],
          items.map(({ id, name, kind, expiresAt, lastUsedAt, scopes }) => [
            id,
            name,
            kind,
            relativeTime(expiresAt, io.now()),
            lastUsedAt === null ? 'never' : relativeTime(lastUsedAt, io.now()),
            scopes?.join(',') ?? '-',
          ]),
        ),
  );
}

async function revoke(invocation: Invocation, id: string, { serviceAccount }: OfAccount): Promise<void> {
  const { organization } = invocation;
  if (serviceAccount === undefined) await invocation.call('revokeToken', { params: { organization, token: id } });
  else await invocation.call('revokeServiceAccountToken', { params: { organization, serviceAccount, token: id } });
  invocation.print({ id, revoked: true }, () => `Revoked ${printable(id)}.\n`);
}
