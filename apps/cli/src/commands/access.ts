import type { CallResult } from '@postern/api-client';
import { levels } from '@postern/contracts';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { durationOption, listOption, parseLabels } from '../options.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { relativeTime } from '../time.ts';

type Level = (typeof levels)[number];
type Binding = CallResult<'grantAccess'>;
type Request = CallResult<'requestAccess'>;
type Entry = CallResult<'listClusterAccess'>['items'][number];

const pollMs = 2_000;

const level = (): Option => new Option('--level <level>', 'what it allows').choices(levels);
const namespaces = (): Option => listOption('--namespace <name>', 'only in this namespace; may be repeated');

export function addAccessCommands(program: Command, io: Io): void {
  const access = program.command('access').description('who reaches which cluster, and requests for access');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  access
    .command('grant')
    .description('give a user, a team or a service account access to clusters')
    .option('--user <email>', 'a member of the organization')
    .option('--team <slug>', 'all members of a team')
    .option('--service-account <name>', 'a service account')
    .option('--cluster <name>', 'the cluster')
    .addOption(listOption('--selector <label>', 'all clusters with this label, key=value; may be repeated'))
    .addOption(level())
    .addOption(listOption('--group <name>', "a group of the cluster's own RBAC; may be repeated"))
    .addOption(namespaces())
    .addOption(durationOption('--for <duration>', 'how long, such as 1h; otherwise without an end'))
    .option('--reason <text>', 'why')
    .action(async (options: GrantOptions, command: Command) => grant(invocationOf(command), options));
  access
    .command('list')
    .description('what was given and has not ended; yours, or everybody’s if you may see it')
    .option('--cluster <name>', 'only what opens this cluster')
    .option('--user <email>', 'only of this member')
    .option('--team <slug>', 'only of this team')
    .option('--service-account <name>', 'only of this service account')
    .action(async (options: Filter, command: Command) => list(invocationOf(command), options));
  access
    .command('who')
    .argument('<cluster>')
    .description('who can do what in a cluster, why, and until when')
    .action(async (cluster: string, _options, command: Command) => who(invocationOf(command), cluster));
  access
    .command('revoke')
    .argument('<id>')
    .description('take access away; what it opened ends within seconds')
    .action(async (id: string, _options, command: Command) => revoke(invocationOf(command), id));
  addRequestCommands(access, invocationOf);
}

function addRequestCommands(access: Command, invocationOf: (command: Command) => Invocation): void {
  access
    .command('request')
    .description('request access to a cluster for some time')
    .requiredOption('--cluster <name>', 'the cluster')
    .addOption(level().makeOptionMandatory())
    .addOption(namespaces())
    .requiredOption('--reason <text>', 'what you need it for')
    .addOption(durationOption('--for <duration>', 'how long, from 5m to 30d (default: 1h)'))
    .option(
      '--break-glass',
      'take it at once, for an hour at most, where the organization allows it; whoever approves sees it',
    )
    .option('--wait', 'wait until somebody decides')
    .action(async (options: RequestOptions, command: Command) => request(invocationOf(command), options));
  access
    .command('requests')
    .description('requests for access; yours, or everybody’s if you may approve them')
    .addOption(
      new Option('--status <status>', 'only these').choices(['pending', 'approved', 'denied', 'cancelled', 'expired']),
    )
    .action(async (options: { status?: Status }, command: Command) => requests(invocationOf(command), options));
  access
    .command('approve')
    .argument('<id>')
    .description("approve somebody else's request; the access begins now and ends by itself")
    .addOption(level())
    .addOption(durationOption('--for <duration>', 'shorter than was asked for'))
    .option('--note <text>', 'what the person who asked should know')
    .action(async (id: string, options: ApproveOptions, command: Command) =>
      approve(invocationOf(command), id, options),
    );
  access
    .command('deny')
    .argument('<id>')
    .description('deny a request')
    .option('--note <text>', 'what the person who asked should know')
    .action(async (id: string, { note }: { note?: string }, command: Command) => {
      const invocation = invocationOf(command);
      const params = { organization: invocation.organization, request: id };
      printRequest(invocation, await invocation.call('denyAccessRequest', { params, body: { ...(note && { note }) } }));
    });
  access
    .command('cancel')
    .argument('<id>')
    .description('take back your own request')
    .action(async (id: string, _options, command: Command) => {
      const invocation = invocationOf(command);
      const params = { organization: invocation.organization, request: id };
      printRequest(invocation, await invocation.call('cancelAccessRequest', { params }));
    });
}

type Status = Request['status'];

interface Filter {
  cluster?: string;
  user?: string;
  team?: string;
  serviceAccount?: string;
}

interface GrantOptions extends Filter {
  selector: string[];
  level?: Level;
  group: string[];
  namespace: string[];
  for?: number;
  reason?: string;
}

interface RequestOptions {
  cluster: string;
  level: Level;
  namespace: string[];
  reason: string;
  for?: number;
  breakGlass?: boolean;
  wait?: boolean;
}

interface ApproveOptions {
  level?: Level;
  for?: number;
  note?: string;
}

async function grant(invocation: Invocation, options: GrantOptions): Promise<void> {
  const { user, team, serviceAccount, cluster, level, reason } = options;
  const { organization } = invocation;
  const binding = await invocation.call('grantAccess', {
    params: { organization },
    body: {
      ...(user && { user }),
      ...(team && { team }),
      ...(serviceAccount && { serviceAccount }),
      ...(cluster && { cluster }),
      ...(options.selector.length > 0 && { selector: parseLabels(options.selector) }),
      ...(level && { level }),
      groups: options.group,
      namespaces: options.namespace,
      ...(options.for && { expiresInSeconds: options.for }),
      ...(reason && { reason }),
    },
  });
  invocation.print(binding, () => bindings([binding], invocation.io.now()));
}

async function list(invocation: Invocation, filter: Filter): Promise<void> {
  const { organization } = invocation;
  const { cluster, user, team, serviceAccount } = filter;
  const query = {
    ...(cluster && { cluster }),
    ...(user && { user }),
    ...(team && { team }),
    ...(serviceAccount && { serviceAccount }),
  };
  const { items } = await invocation.call('listAccess', { params: { organization }, query });
  invocation.print({ items }, () =>
    items.length === 0
      ? 'Nothing was given. Owners and admins reach every cluster; `postern access who CLUSTER` lists them too.\n'
      : bindings(items, invocation.io.now()),
  );
}

function bindings(items: readonly Binding[], now: number): string {
  return table(
    ['ID', 'FOR', 'CLUSTER', 'ALLOWS', 'NAMESPACES', 'UNTIL', 'GIVEN BY'],
    items.map((binding) => [
      binding.id,
      subjectOf(binding.subject),
      binding.cluster?.name ?? selectorOf(binding.selector ?? {}),
      allows(binding),
      binding.namespaces.join(',') || 'all',
      until(binding.expiresAt, now),
      binding.createdBy.name,
    ]),
  );
}

const subjectOf = ({ kind, name }: Binding['subject']): string => (kind === 'user' ? name : `${kind} ${name}`);
const allows = ({ level, groups }: Pick<Binding, 'level' | 'groups'>): string =>
  [...(level === null ? [] : [level]), ...groups].join(',');
const until = (expiresAt: string | null, now: number): string =>
  expiresAt === null ? 'no end' : relativeTime(expiresAt, now);

function selectorOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? 'every cluster' : pairs.join(',');
}

async function who(invocation: Invocation, cluster: string): Promise<void> {
  const { organization } = invocation;
  const { items } = await invocation.call('listClusterAccess', { params: { organization, cluster } });
  const now = invocation.io.now();
  invocation.print({ items }, () =>
    items.length === 0
      ? 'You have no access to this cluster. Request it with `postern access request`.\n'
      : table(
          ['WHO', 'ALLOWS', 'NAMESPACES', 'UNTIL', 'WHY'],
          items.map((entry) => [
            subjectOf(entry.account),
            allows(entry),
            entry.namespaces.join(',') || 'all',
            until(entry.expiresAt, now),
            why(entry.via),
          ]),
        ),
  );
}

function why(via: Entry['via']): string {
  if (via.kind === 'role') return `${via.role} of the organization`;
  const through = via.team === null ? '' : ` through the team ${via.team}`;
  const reason = via.reason === '' ? '' : `: ${via.reason}`;
  return `given by ${via.createdBy.name}${through}${reason}`;
}

async function revoke(invocation: Invocation, id: string): Promise<void> {
  const { organization } = invocation;
  await invocation.call('revokeAccess', { params: { organization, binding: id } });
  invocation.print({ id, revoked: true }, () => `Revoked ${printable(id)}.\n`);
}

async function request(invocation: Invocation, options: RequestOptions): Promise<void> {
  const { organization } = invocation;
  const { cluster, level, reason, breakGlass, namespace } = options;
  const made = await invocation.call('requestAccess', {
    params: { organization },
    body: {
      cluster,
      level,
      reason,
      namespaces: namespace,
      ...(options.for && { durationSeconds: options.for }),
      ...(breakGlass && { breakGlass }),
    },
  });
  printRequest(invocation, options.wait ? await decided(invocation, made) : made);
}

/** Waits until somebody decides. @throws {CliError} if the request was not approved. */
async function decided(invocation: Invocation, made: Request): Promise<Request> {
  const { organization, io } = invocation;
  let shown = made;
  if (shown.status === 'pending') invocation.hint('Waiting until somebody decides …');
  while (shown.status === 'pending') {
    await io.sleep(pollMs);
    const { items } = await invocation.call('listAccessRequests', {
      params: { organization },
      query: { mine: 'true' },
    });
    shown = items.find(({ id }) => id === made.id) ?? shown;
  }
  if (shown.status === 'approved') return shown;
  const note = shown.note === '' ? '' : ` ${printable(shown.note)}`;
  throw new CliError(`The request was ${shown.status}.${note}`, { code: 'not-approved' });
}

async function requests(invocation: Invocation, { status }: { status?: Status }): Promise<void> {
  const { organization } = invocation;
  const query = status === undefined ? {} : { status };
  const { items } = await invocation.call('listAccessRequests', { params: { organization }, query });
  invocation.print({ items }, () => (items.length === 0 ? 'No requests.\n' : requestTable(items, invocation.io.now())));
}

async function approve(invocation: Invocation, id: string, options: ApproveOptions): Promise<void> {
  const { level, note } = options;
  const params = { organization: invocation.organization, request: id };
  const body = { ...(level && { level }), ...(options.for && { durationSeconds: options.for }), ...(note && { note }) };
  printRequest(invocation, await invocation.call('approveAccessRequest', { params, body }));
}

function printRequest(invocation: Invocation, request: Request): void {
  invocation.print(request, () => requestTable([request], invocation.io.now()));
}

function requestTable(items: readonly Request[], now: number): string {
  return table(
    ['ID', 'WHO', 'CLUSTER', 'LEVEL', 'NAMESPACES', 'STATUS', 'ASKED', 'UNTIL', 'REASON'],
    items.map((one) => [
      one.id,
      one.account.name,
      one.cluster.name,
      one.level,
      one.namespaces.join(',') || 'all',
      one.breakGlass ? `${one.status} (emergency)` : one.status,
      relativeTime(one.createdAt, now),
      one.accessExpiresAt === null ? '-' : relativeTime(one.accessExpiresAt, now),
      one.reason,
    ]),
  );
}
