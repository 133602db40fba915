import type { CallResult } from '@postern/api-client';
import type { Command } from 'commander';
import { castEvents } from '../asciicast-lines.ts';
import { usageError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { TerminalFilter } from '../terminal-filter.ts';
import { parseDuration, relativeTime } from '../time.ts';

type Session = CallResult<'listSessions'>['items'][number];

/** Leaves what a recording may have switched on: another screen, the mouse, bracketed paste, a hidden cursor, colours. */
const restored = '\x1b[?1049l\x1b[?1000;1002;1003;1006;2004l\x1b[?25h\x1b[0m\r\n';
/** The most sessions of one request. */
const pageSize = 200;

export function addSessionCommands(program: Command, io: Io): void {
  const sessions = program.command('sessions').description('execs, attaches, port-forwards and terminals');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  sessions
    .command('list')
    .description('list sessions, newest first')
    .option('--cluster <name>', 'only those of this cluster')
    .option('--user <email>', 'only those of this person')
    .option('--since <duration>', 'only those that began within this time, such as 12h')
    .option('--limit <number>', 'how many at most', '50')
    .action(async (options: ListOptions, command: Command) => list(invocationOf(command), options));
  sessions
    .command('replay')
    .argument('<id>')
    .description('play the recording of a session in this terminal')
    .option('--speed <factor>', 'how much faster than it was', '1')
    .option('--max-wait <seconds>', 'the longest pause', '2')
    .option('--raw', 'also play what changes the title, the clipboard or the state of your terminal')
    .action(async (id: string, options: ReplayOptions, command: Command) => replay(invocationOf(command), id, options));
  sessions
    .command('end')
    .argument('<id>')
    .description('end a running session; the person who opened it is told by whom')
    .option('--yes', 'do not ask')
    .action(async (id: string, options: { yes?: boolean }, command: Command) =>
      end(invocationOf(command), id, options.yes),
    );
}

interface ListOptions {
  cluster?: string;
  user?: string;
  since?: string;
  limit: string;
}

async function list(invocation: Invocation, options: ListOptions): Promise<void> {
  const { organization, io } = invocation;
  const params = { organization };
  const limit = numberOf(options.limit, '--limit');
  const { cluster: name, user, since } = options;
  const cluster =
    name === undefined
      ? undefined
      : (await invocation.call('getCluster', { params: { organization, cluster: name } })).id;
  const from = since === undefined ? undefined : new Date(io.now() - parseDuration(since) * 1_000).toISOString();
  const items: Session[] = [];
  for (let cursor: string | undefined; items.length < limit; ) {
    const query = { cluster, user, since: from, cursor, limit: Math.min(pageSize, limit - items.length) };
    const page = await invocation.call('listSessions', { params, query });
    items.push(...page.items);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  invocation.print({ items }, () =>
    items.length === 0
      ? 'No sessions.\n'
      : table(
          ['ID', 'KIND', 'CLUSTER', 'POD', 'USER', 'STARTED', 'STATE', 'RECORDING'],
          items.map((session) => row(session, io.now())),
        ),
  );
}

function row(
  { id, kind, cluster, namespace, pod, user, startedAt, endedAt, recording }: Session,
  now: number,
): string[] {
  const state = endedAt === null ? 'running' : 'ended';
  const length = recording === null ? '-' : `${Math.ceil(recording.durationMs / 1_000)}s`;
  return [id, kind, cluster.name, `${namespace}/${pod}`, user.email, relativeTime(startedAt, now), state, length];
}

interface ReplayOptions {
  speed: string;
  maxWait: string;
  raw?: boolean;
}

async function replay(invocation: Invocation, session: string, options: ReplayOptions): Promise<void> {
  const { organization, io } = invocation;
  const speed = numberOf(options.speed, '--speed');
  const maxWait = numberOf(options.maxWait, '--max-wait');
  const body = await invocation.stream('getRecording', { params: { organization, session } });
  if (invocation.options.json) {
    const decoder = new TextDecoder();
    for await (const chunk of body) io.out(decoder.decode(chunk, { stream: true }));
    return;
  }
  const filter = new TerminalFilter();
  for await (const [interval, code, data] of castEvents(body)) {
    const pause = Math.min(interval / speed, maxWait);
    if (pause > 0) await io.sleep(pause * 1_000);
    if (code === 'o') io.out(options.raw ? data : filter.push(data));
    else if (code === 'm') invocation.hint(`\r\n[${printable(data)}]`);
    else if (code === 'x') invocation.hint(`\r\n[Exit code ${printable(data)}]`);
  }
  if (io.isInteractive) io.out(restored);
}

async function end(invocation: Invocation, session: string, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  await invocation.confirm(`End the session ${session} of ${organization}? It cannot be resumed.`, yes);
  await invocation.call('endSession', { params: { organization, session } });
  invocation.print({ id: session, ended: true }, () => `Ended ${printable(session)}.\n`);
}

/** @throws {CliError} usage unless it is a positive number. */
function numberOf(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw usageError(`${option} takes a number above 0, not "${text}".`);
  return value;
}
