import type { CallResult } from '@postern/api-client';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { relativeTime } from '../time.ts';

type Webhook = CallResult<'listAuditWebhooks'>['items'][number];

/** Adds the commands for where the audit trail is sent, below `audit`. */
export function addAuditWebhookCommands(audit: Command, io: Io): void {
  const webhook = audit.command('webhook').description('URLs to which the trail is sent as it is written');
  const of = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  webhook
    .command('list')
    .description('list them, with how deliveries go')
    .action(async (_options, command: Command) => list(of(command)));
  webhook
    .command('add')
    .argument('<url>', 'https:// URL that receives the entries')
    .description('send new entries to a URL; the key that signs them is shown once')
    .action(async (url: string, _options, command: Command) => add(of(command), url));
  webhook
    .command('test')
    .argument('<id>')
    .description('send a test delivery now; exit code 1 if it does not arrive')
    .action(async (id: string, _options, command: Command) => test(of(command), id));
  webhook
    .command('remove')
    .argument('<id>')
    .description('stop sending the trail to a URL')
    .option('--yes', 'do not ask')
    .action(async (id: string, { yes }: { yes?: boolean }, command: Command) => remove(of(command), id, yes));
}

async function list(invocation: Invocation): Promise<void> {
  const { organization, io } = invocation;
  const { items } = await invocation.call('listAuditWebhooks', { params: { organization } });
  const row = (webhook: Webhook): string[] => [
    webhook.id,
    webhook.url,
    webhook.lastDeliveredAt === null ? 'never' : relativeTime(webhook.lastDeliveredAt, io.now()),
    String(webhook.waiting),
    stateOf(webhook, io.now()),
  ];
  invocation.print({ items }, () =>
    items.length === 0
      ? 'The trail is sent nowhere. Send it somewhere with `postern audit webhook add URL`.\n'
      : table(['ID', 'URL', 'LAST DELIVERY', 'WAITING', 'STATE'], items.map(row)),
  );
}

function stateOf({ failingSince, lastError }: Webhook, now: number): string {
  if (failingSince === null) return 'works';
  return `failing since ${relativeTime(failingSince, now)}${lastError === null ? '' : `: ${lastError}`}`;
}

async function add(invocation: Invocation, url: string): Promise<void> {
  const { organization } = invocation;
  const { webhook, key } = await invocation.call('createAuditWebhook', { params: { organization }, body: { url } });
  invocation.print({ ...webhook, key }, () => `${printable(key)}\n`);
  invocation.hint(
    `This key signs the deliveries, and is not shown again. Next: \`postern audit webhook test ${webhook.id}\``,
  );
}

async function test(invocation: Invocation, id: string): Promise<void> {
  const { organization } = invocation;
  const result = await invocation.call('testAuditWebhook', { params: { organization, webhook: id } });
  const { delivered, status, error, durationMs } = result;
  invocation.print(result, () => (delivered ? `Delivered in ${durationMs} ms, answered with ${status}.\n` : ''));
  if (delivered) return;
  throw new CliError(printable(`The delivery failed: ${error ?? `the answer was ${status}`}`), {
    code: 'not-delivered',
  });
}

async function remove(invocation: Invocation, id: string, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  await invocation.confirm('Stop sending the trail to this URL? Entries that wait for it are not sent.', yes);
  await invocation.call('deleteAuditWebhook', { params: { organization, webhook: id } });
  invocation.print({ id, removed: true }, () => 'Removed.\n');
}
