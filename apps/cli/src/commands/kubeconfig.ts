import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { localisePlugin, mergeKubeconfig, userKubeconfig } from '../kubeconfig-file.ts';
import { printable } from '../printable.ts';
import { readIfThere, writePrivately } from '../private-file.ts';
import { parseDuration, relativeTime } from '../time.ts';

interface KubeconfigOptions {
  output?: string;
  token?: boolean;
  ttl?: string;
}

export function addKubeconfigCommand(program: Command, io: Io): void {
  program
    .command('kubeconfig')
    .argument('<cluster>')
    .description('let kubectl reach a cluster: merge a context into your kubeconfig and make it the current one')
    .option('--output <file>', 'write a kubeconfig of its own instead; - is standard output')
    .option('--token', 'put a static token into it, for machines without this program')
    .option('--ttl <duration>', 'how long the static token is valid (default: 12h)')
    .action(async (cluster: string, options: KubeconfigOptions, command: Command) =>
      kubeconfig(new Invocation(io, command.optsWithGlobals()), cluster, options),
    );
}

async function kubeconfig(invocation: Invocation, cluster: string, options: KubeconfigOptions): Promise<void> {
  const { io, organization } = invocation;
  if (options.ttl !== undefined && !options.token) throw usageError('--ttl is for --token.');
  const mode = options.token ? ('token' as const) : ('exec' as const);
  const ttl = options.ttl === undefined ? {} : { expiresInSeconds: parseDuration(options.ttl) };
  const params = { organization, cluster };
  const made = await invocation.call('createKubeconfig', { params, body: { mode, ...ttl } });
  const rendered = localisePlugin(made.kubeconfig, { command: ownCommand(io), home: ownHome(io) }).toString({
    lineWidth: 0,
  });
  const { contextName, expiresAt } = made;
  if (options.output === '-') {
    io.out(rendered);
    return;
  }
  const path = options.output === undefined ? userKubeconfig(io.env, io.homeFolder) : resolve(options.output);
  const text = options.output === undefined ? mergeKubeconfig(readIfThere(path), rendered, contextName) : rendered;
  writePrivately(path, text);
  invocation.print({ path, context: contextName, expiresAt }, () => {
    const until = expiresAt === null ? '' : ` It works until ${expiresAt} (${relativeTime(expiresAt, io.now())}).`;
    return options.output === undefined
      ? `The context ${printable(contextName)} is in ${path} and is the current one.${until}\n`
      : `Wrote ${path}.${until}\n`;
  });
  invocation.hint(
    options.output === undefined
      ? 'Next: `kubectl get pods -A`.'
      : `Next: \`kubectl --kubeconfig ${path} get pods -A\`.`,
  );
}

/** `postern` if kubectl would find it on the PATH, otherwise this program's own path. */
function ownCommand(io: Io): string {
  const own = process.argv[1];
  for (const folder of (io.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    try {
      accessSync(join(folder, 'postern'), constants.X_OK);
      return 'postern';
    } catch {
      // Try the next folder.
    }
  }
  return own === undefined ? 'postern' : resolve(own);
}

function ownHome(io: Io): string | undefined {
  const home = io.env['POSTERN_HOME'];
  return home ? resolve(home) : undefined;
}
