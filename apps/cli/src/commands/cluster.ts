import type { CallResult } from '@postern/api-client';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { parseDuration, relativeTime } from '../time.ts';

type Cluster = CallResult<'getCluster'>;
type Joining = CallResult<'createJoinToken'>;

const pollMs = 1_000;

export function addClusterCommands(program: Command, io: Io): void {
  const cluster = program.command('cluster').description('the clusters of your organization');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  cluster
    .command('list')
    .description('list clusters and whether their agents are connected')
    .action(async (_options, command: Command) => list(invocationOf(command)));
  joining(cluster, { name: 'create', description: 'create a cluster and print the command that connects it' }).action(
    async (name: string, options: WaitOptions, command: Command) => create(invocationOf(command), name, options),
  );
  joining(cluster, {
    name: 'install-command',
    description: 'make a new join token and print the command that uses it; an earlier unused one stops working',
  }).action(async (name: string, options: WaitOptions, command: Command) =>
    install(invocationOf(command), name, options),
  );
  cluster
    .command('delete')
    .argument('<name>')
    .description('delete a cluster; its agent is cut off at once')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: { yes?: boolean }, command: Command) =>
      remove(invocationOf(command), name, options.yes),
    );
}

/** A command that connects an agent, with options to wait for it. */
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

async function list(invocation: Invocation): Promise<void> {
  const { organization } = invocation;
  const { items } = await invocation.call('listClusters', { params: { organization } });
  invocation.print({ items }, () =>
    items.length === 0
      ? 'No clusters yet. Connect one with `postern cluster create NAME`.\n'
      : table(
          ['NAME', 'STATUS', 'SINCE', 'KUBERNETES', 'NODES', 'AGENT'],
          items.map((cluster) => row(cluster, invocation.io.now())),
        ),
  );
  for (const { name, problem } of items) {
    if (problem !== null) invocation.hint(`${printable(name)}: ${printable(problem.message)}`);
  }
}

function row(cluster: Cluster, now: number): string[] {
  const { name, status, statusSince, kubernetes, agent } = cluster;
  const nodes = kubernetes === null ? '-' : `${kubernetes.nodes.ready}/${kubernetes.nodes.total}`;
  return [name, status, relativeTime(statusSince, now), kubernetes?.version ?? '-', nodes, agent?.version ?? '-'];
}

async function create(invocation: Invocation, name: string, options: WaitOptions): Promise<void> {
  const timeoutMs = parseDuration(options.timeout) * 1_000;
  const { organization } = invocation;
  const { cluster, joining } = await invocation.call('createCluster', { params: { organization }, body: { name } });
  printJoining(invocation, { id: cluster.id, name: cluster.name }, joining);
  if (options.wait) await waitUntilOnline(invocation, cluster.name, timeoutMs);
}

async function install(invocation: Invocation, name: string, options: WaitOptions): Promise<void> {
  const timeoutMs = parseDuration(options.timeout) * 1_000;
  const params = { organization: invocation.organization, cluster: name };
  const { id } = await invocation.call('getCluster', { params });
  const joining = await invocation.call('createJoinToken', { params });
  printJoining(invocation, { id, name }, joining);
  if (options.wait) await waitUntilOnline(invocation, name, timeoutMs);
}

async function remove(invocation: Invocation, name: string, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  await invocation.confirm(`Delete the cluster "${name}" of ${organization}? Its agent is cut off at once.`, yes);
  const params = { organization, cluster: name };
  const { uninstallCommand } = await invocation.call('getCluster', { params });
  await invocation.call('deleteCluster', { params });
  invocation.print({ name, deleted: true }, () => `Deleted ${printable(name)}.\n`);
  invocation.hint(`What its agent left in the cluster goes with \`${printable(uninstallCommand)}\`.`);
}

function printJoining(invocation: Invocation, cluster: { id: string; name: string }, joining: Joining): void {
  const until = relativeTime(joining.expiresAt, invocation.io.now());
  invocation.print(
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

async function waitUntilOnline(invocation: Invocation, name: string, timeoutMs: number): Promise<void> {
  const { io, organization } = invocation;
  const deadline = io.now() + timeoutMs;
  invocation.hint(`Waiting for the agent of ${printable(name)} …`);
  for (;;) {
    const cluster = await invocation.call('getCluster', { params: { organization, cluster: name } });
    if (cluster.status === 'online') {
      const { kubernetes } = cluster;
      invocation.hint(
        `${printable(name)} is online${kubernetes ? ` (Kubernetes ${printable(kubernetes.version)})` : ''}.`,
      );
      invocation.hint(`Next: \`postern kubeconfig ${printable(name)}\`, then use kubectl.`);
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
