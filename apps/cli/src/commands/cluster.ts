import type { CallResult } from '@postern/api-client';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { Session } from '../session.ts';
import { table } from '../table.ts';
import { parseDuration, relativeTime } from '../time.ts';

type Cluster = CallResult<'getCluster'>;
type Joining = CallResult<'createJoinToken'>;

const pollMs = 1_000;

export function addClusterCommands(program: Command, io: Io): void {
  const cluster = program.command('cluster').description('the clusters of your organization');
  const sessionOf = (command: Command): Session => new Session(io, command.optsWithGlobals());
  cluster
    .command('list')
    .description('list clusters and whether their agents are connected')
    .action(async (_options, command: Command) => list(sessionOf(command)));
  joining(cluster, { name: 'create', description: 'create a cluster and print the command that connects it' }).action(
    async (name: string, options: WaitOptions, command: Command) => create(sessionOf(command), name, options),
  );
  joining(cluster, {
    name: 'install-command',
    description: 'make a new join token and print the command that uses it; an earlier unused one stops working',
  }).action(async (name: string, options: WaitOptions, command: Command) => install(sessionOf(command), name, options));
  cluster
    .command('delete')
    .argument('<name>')
    .description('delete a cluster; its agent is cut off at once')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: { yes?: boolean }, command: Command) =>
      remove(sessionOf(command), name, options.yes),
    );
}

/** A command that ends with an agent on its way. */
function joining(parent: Command, { name, description }: { name: string; description: string }): Command {
  return parent
    .command(name)
    .argument('<name>')
    .description(description)
    .option('--wait', 'wait until its agent is connected')
    .option('--timeout <duration>', 'how long to wait', '10m');
}

interface WaitOptions {
  wait?: boolean;
  timeout: string;
}

async function list(session: Session): Promise<void> {
  const { organization } = session;
  const { items } = await session.call('listClusters', { params: { organization } });
  session.print({ items }, () =>
    items.length === 0
      ? 'No clusters yet. Connect one with `postern cluster create NAME`.\n'
      : table(
          ['NAME', 'STATUS', 'SINCE', 'KUBERNETES', 'NODES', 'AGENT'],
          items.map((cluster) => row(cluster, session.io.now())),
        ),
  );
  for (const { name, problem } of items) {
    if (problem !== null) session.hint(`${printable(name)}: ${printable(problem.message)}`);
  }
}

function row(cluster: Cluster, now: number): string[] {
  const { name, status, statusSince, kubernetes, agent } = cluster;
  const nodes = kubernetes === null ? '-' : `${kubernetes.nodes.ready}/${kubernetes.nodes.total}`;
  return [name, status, relativeTime(statusSince, now), kubernetes?.version ?? '-', nodes, agent?.version ?? '-'];
}

async function create(session: Session, name: string, options: WaitOptions): Promise<void> {
  const timeoutMs = parseDuration(options.timeout) * 1_000;
  const { organization } = session;
  const { cluster, joining } = await session.call('createCluster', { params: { organization }, body: { name } });
  printJoining(session, { id: cluster.id, name: cluster.name }, joining);
  if (options.wait) await waitUntilOnline(session, cluster.name, timeoutMs);
}

async function install(session: Session, name: string, options: WaitOptions): Promise<void> {
  const timeoutMs = parseDuration(options.timeout) * 1_000;
  const params = { organization: session.organization, cluster: name };
  const { id } = await session.call('getCluster', { params });
  const joining = await session.call('createJoinToken', { params });
  printJoining(session, { id, name }, joining);
  if (options.wait) await waitUntilOnline(session, name, timeoutMs);
}

async function remove(session: Session, name: string, yes: boolean | undefined): Promise<void> {
  const { organization } = session;
  await session.confirm(`Delete the cluster "${name}" of ${organization}? Its agent is cut off at once.`, yes);
  const params = { organization, cluster: name };
  const { uninstallCommand } = await session.call('getCluster', { params });
  await session.call('deleteCluster', { params });
  session.print({ name, deleted: true }, () => `Deleted ${printable(name)}.\n`);
  session.hint(`What its agent left in the cluster goes with \`${printable(uninstallCommand)}\`.`);
}

function printJoining(session: Session, cluster: { id: string; name: string }, joining: Joining): void {
  const until = relativeTime(joining.expiresAt, session.io.now());
  session.print(
    { ...cluster, ...joining },
    () => `Run this where kubectl reaches the cluster (it works once, and ends ${until}):

  ${printable(joining.installCommand)}

Or run the agent outside the cluster, with a kubeconfig:

  ${printable(joining.outsideCommand)}

To take the agent out again:

  ${printable(joining.uninstallCommand)}
`,
  );
}

async function waitUntilOnline(session: Session, name: string, timeoutMs: number): Promise<void> {
  const { io, organization } = session;
  const deadline = io.now() + timeoutMs;
  session.hint(`Waiting for the agent of ${printable(name)} …`);
  for (;;) {
    const cluster = await session.call('getCluster', { params: { organization, cluster: name } });
    if (cluster.status === 'online') {
      const { kubernetes } = cluster;
      session.hint(
        `${printable(name)} is online${kubernetes ? ` (Kubernetes ${printable(kubernetes.version)})` : ''}.`,
      );
      session.hint(`Next: \`postern kubeconfig ${printable(name)}\`, then use kubectl.`);
      return;
    }
    if (io.now() + pollMs > deadline) {
      throw new CliError(`The agent of ${printable(name)} did not connect in time; it is ${cluster.status}.`, {
        code: 'timeout',
      });
    }
    await io.sleep(pollMs);
  }
}
