import type { CallResult } from '@postern/api-client';
import { type Command, Option } from 'commander';
import { CliError, usageError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { parseDuration } from '../time.ts';
import { addAuditWebhookCommands } from './audit-webhook.ts';

type Page = CallResult<'listAudit'>;
type Event = Page['items'][number];

/** How often `--follow` asks, and how many entries it takes at once. */
const followMs = 2_000;
const pageSize = 200;

interface FilterOptions {
  since?: string;
  until?: string;
  actor?: string;
  cluster?: string;
  action?: string;
  resource?: string;
  namespace?: string;
  decision?: Event['decision'];
  text?: string;
}

interface ListOptions extends FilterOptions {
  limit: string;
  follow?: boolean;
}

export function addAuditCommands(program: Command, io: Io): void {
  const audit = program.command('audit').description('who did what in your organization');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  filtered(audit.command('list').description('list entries of the audit trail, newest first'))
    .option('--limit <number>', 'how many', '50')
    .option('--follow', 'go on with new entries as they are written, oldest first')
    .action(async (options: ListOptions, command: Command) => list(invocationOf(command), options));
  filtered(
    audit
      .command('export')
      .description('write the whole trail, or what the filters leave, as lines of JSON, oldest first'),
  ).action(async (options: FilterOptions, command: Command) => exportTrail(invocationOf(command), options));
  audit
    .command('verify')
    .description('check that the trail is what was recorded; exit code 1 and the first broken entry if it is not')
    .action(async (_options, command: Command) => verify(invocationOf(command)));
  addAuditWebhookCommands(audit, io);
}

function filtered(command: Command): Command {
  return command
    .option('--since <when>', 'how long ago (2h), or an instant (2026-11-23T08:00:00Z)')
    .option('--until <when>', 'the same')
    .option('--actor <name>', 'e-mail address or id of who did it')
    .option('--cluster <name>', 'name or id of the cluster')
    .option('--action <action>', 'such as cluster.create; kube. means all that begin with it')
    .option('--resource <resource>', 'such as pods')
    .option('--namespace <namespace>')
    .addOption(new Option('--decision <decision>').choices(['allowed', 'refused', 'error']))
    .option('--text <text>', 'what occurs anywhere in the entry');
}

async function list(invocation: Invocation, options: ListOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) throw usageError('--limit is a number, at least 1.');
  const items = await newest(invocation, queryOf(invocation, options), limit);
  if (!options.follow) {
    invocation.print({ items }, () =>
      items.length === 0 ? 'Nothing was recorded.\n' : table(columns, items.map(row)),
    );
    return;
  }
  const show = (event: Event): void =>
    invocation.io.out(
      invocation.options.json ? `${JSON.stringify(event)}\n` : `${row(event).map(printable).join('   ')}\n`,
    );
  for (const event of items.toReversed()) show(event);
  let after = items[0]?.seq ?? 0;
  const query = queryOf(invocation, options);
  const params = { organization: invocation.organization };
  for (;;) {
    const { items: next }: Page = await invocation.call('listAudit', {
      params,
      query: { ...query, after, limit: pageSize },
    });
    for (const event of next) show(event);
    after = next.at(-1)?.seq ?? after;
    if (next.length < pageSize) await invocation.io.sleep(followMs);
  }
}

async function newest(invocation: Invocation, query: ReturnType<typeof queryOf>, limit: number): Promise<Event[]> {
  const params = { organization: invocation.organization };
  const items: Event[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await invocation.call('listAudit', {
      params,
      query: { ...query, limit: Math.min(limit - items.length, pageSize), ...(cursor === null ? {} : { cursor }) },
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < limit);
  return items;
}

async function exportTrail(invocation: Invocation, options: FilterOptions): Promise<void> {
  const params = { organization: invocation.organization };
  for await (const line of invocation.lines('exportAudit', { params, query: queryOf(invocation, options) }))
    invocation.io.out(`${line}\n`);
}

async function verify(invocation: Invocation): Promise<void> {
  const params = { organization: invocation.organization };
  let checked = 0;
  let first: number | null = null;
  let last: number | null = null;
  let cursor: string | null = null;
  do {
    const part: CallResult<'verifyAudit'> = await invocation.call('verifyAudit', {
      params,
      query: cursor === null ? {} : { cursor },
    });
    checked += part.checked;
    first ??= part.first;
    last = part.last ?? last;
    if (part.broken !== null) {
      invocation.print({ ok: false, checked, first, last, broken: part.broken }, () => '');
      throw new CliError(`Entry ${part.broken.seq} is not what was recorded: ${printable(part.broken.problem)}.`, {
        code: 'audit-broken',
      });
    }
    cursor = part.nextCursor;
  } while (cursor !== null);
  invocation.print({ ok: true, checked, first, last, broken: null }, () =>
    checked === 0 ? 'The trail is empty.\n' : `All ${checked} entries (${first} to ${last}) are what was recorded.\n`,
  );
}

function queryOf({ io }: Invocation, options: FilterOptions) {
  const { since, until, actor, cluster, action, resource, namespace, decision, text } = options;
  const given = { actor, cluster, action, resource, namespace, decision, text };
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<typeof given>),
    ...(since === undefined ? {} : { since: instantOf(since, io.now()) }),
    ...(until === undefined ? {} : { until: instantOf(until, io.now()) }),
  } as { [Name in keyof FilterOptions]: NonNullable<FilterOptions[Name]> };
}

/** @throws {CliError} usage. */
function instantOf(text: string, now: number): string {
  if (/^\d+[smhd]$/.test(text)) return new Date(now - parseDuration(text) * 1_000).toISOString();
  const instant = Date.parse(text);
  if (Number.isNaN(instant))
    throw usageError(`"${text}" is neither a duration (2h) nor an instant (2026-11-23T08:00:00Z).`);
  return new Date(instant).toISOString();
}

const columns = ['TIME', 'WHO', 'ACTION', 'WHERE', 'WHAT', 'DECISION', 'STATUS'];

function row({
  at,
  actor,
  action,
  phase,
  cluster,
  namespace,
  verb,
  resource,
  subresource,
  name,
  decision,
  status,
}: Event): string[] {
  const place = [cluster?.name, namespace].filter(Boolean).join('/');
  const kind = [resource, subresource].filter(Boolean).join('/');
  const what = [verb, kind, name].filter(Boolean).join(' ');
  return [
    at,
    actor.name,
    phase === null ? action : `${action} (${phase})`,
    place || '-',
    what || '-',
    decision,
    String(status ?? '-'),
  ];
}
