import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import type { AgentPolicy } from '@postern/tunnel';
import { Command, CommanderError, Option } from 'commander';
import { isInCluster, serviceAccountFolder } from './cluster/in-cluster.ts';
import { type PolicyOptions, policyOptions, policyVariables, readPolicy } from './policy-options.ts';
import { exitRefused, UserError } from './user-error.ts';
import { version } from './version.ts';

/** The agent's configuration. */
export interface AgentConfig {
  /** Origin of the gateway. */
  gatewayUrl: string;
  caFile: string | undefined;
  joinToken: string | undefined;
  /** The pod's own ServiceAccount, or kubeconfig files (separated as in KUBECONFIG) and a context. */
  cluster:
    | { kind: 'in-cluster'; host: string; port: string; namespace: string }
    | { kind: 'kubeconfig'; files: string; context: string | undefined };
  /** Folder of the identity, for an agent outside the cluster; unless named, it depends on gateway and context. */
  stateFolder: (context: string) => string;
  logLevel: string;
  health: { host: string | undefined; port: number } | undefined;
  instance: string;
  policy: AgentPolicy;
}

export type Invocation =
  | { run: AgentConfig }
  | { print: 'access'; clusterId: string; groups: readonly string[] }
  | { print: 'text'; text: string };

interface Options extends PolicyOptions {
  url?: string;
  caFile?: string;
  joinToken?: string;
  joinTokenFile?: string;
  kubeconfig?: string;
  context?: string;
  state?: string;
  logLevel?: string;
  healthPort?: string;
  printAccess?: string;
}

/** The environment variable for each option, as used by the pod's manifest. */
const variables = {
  url: 'POSTERN_URL',
  caFile: 'POSTERN_CA_FILE',
  joinToken: 'POSTERN_JOIN_TOKEN',
  joinTokenFile: 'POSTERN_JOIN_TOKEN_FILE',
  kubeconfig: 'POSTERN_KUBECONFIG',
  context: 'POSTERN_CONTEXT',
  state: 'POSTERN_STATE',
  logLevel: 'POSTERN_LOG_LEVEL',
  healthPort: 'POSTERN_HEALTH_PORT',
} as const;

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

function command(): Command {
  const program = new Command('postern agent')
    .description(
      'Connects a Kubernetes cluster to a Postern gateway. Dials out only; listens on nothing but its health port.',
    )
    .option('--url <url>', 'origin of the gateway, https://…')
    .option('--ca-file <file>', "authority that signed the gateway's certificate, PEM; trusted besides the system's")
    .option('--join-token <token>', 'one-time token of the first start')
    .option('--join-token-file <file>', 'file that holds the join token')
    .option('--kubeconfig <file>', 'reach the cluster by this kubeconfig (default: KUBECONFIG, ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig (default: its current one)')
    .option('--state <folder>', "where the agent's identity is kept, outside the cluster")
    .addOption(new Option('--log-level <level>', 'how much to say').choices(logLevels))
    .option('--health-port <port>', 'serve /healthz, /readyz and /metrics')
    .option('--print-access <cluster-id>', 'print the roles and bindings that the cluster needs, as YAML, and exit')
    .version(version)
    .allowExcessArguments(false)
    .showHelpAfterError('(postern agent --help lists the options)')
    .addHelpText(
      'after',
      `\nEach option can be set by a variable: ${[...Object.values(variables), ...Object.values(policyVariables)].join(', ')}.`,
    );
  for (const option of policyOptions) program.addOption(option);
  return program;
}

/**
 * The only function that reads the command line and the environment. @throws {UserError} with exit code 2 for wrong usage.
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Invocation {
  const parsed = parse(args);
  if ('print' in parsed) return parsed;
  const { printAccess } = parsed.options;
  const policy = readPolicy(parsed.options, env);
  if (printAccess !== undefined) {
    return { print: 'access', clusterId: clusterIdOf(printAccess), groups: exactGroups(policy.allowedGroups) };
  }
  const options: Options = { ...parsed.options };
  for (const [name, variable] of Object.entries(variables) as [keyof typeof variables, string][]) {
    const value = env[variable]?.trim();
    if (value) options[name] ??= value;
  }
  const gatewayUrl = originOf(options.url);
  const stateHome = env['POSTERN_HOME'] || join(homedir(), '.config', 'postern');
  return {
    run: {
      gatewayUrl,
      caFile: options.caFile,
      joinToken: joinTokenOf(options),
      cluster: clusterOf(options, env),
      stateFolder: (context) => options.state ?? join(stateHome, 'agents', digest(`${gatewayUrl}\n${context}`)),
      logLevel: logLevelOf(options.logLevel),
      health: healthOf(options.healthPort, env),
      instance: (env['POSTERN_INSTANCE'] || hostname()).slice(0, 128),
      policy,
    },
  };
}

function parse(args: readonly string[]): { options: Options } | { print: 'text'; text: string } {
  let out = '';
  let err = '';
  const program = command()
    .exitOverride()
    .configureOutput({ writeOut: (text) => (out += text), writeErr: (text) => (err += text) });
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { print: 'text', text: out };
    throw usage(err.trim().replace(/^error: /, ''));
  }
  return { options: program.opts<Options>() };
}

function usage(message: string): UserError {
  return new UserError(message, { exitCode: exitRefused });
}

function originOf(text: string | undefined): string {
  if (!text) throw usage('The gateway is missing: name it with --url or POSTERN_URL.');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search || url.username) {
    throw usage(`--url must be an https:// origin such as https://postern.example.com, not "${text}".`);
  }
  return url.origin;
}

/** Validates a cluster id, which becomes part of names and labels. */
function clusterIdOf(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  throw usage(`--print-access takes the cluster's id, which \`postern cluster list --json\` shows, not "${text}".`);
}

/** RBAC cannot match names by their beginning, and a rule without names would include system:masters. */
function exactGroups(groups: readonly string[]): readonly string[] {
  const prefix = groups.find((group) => group.endsWith('*'));
  if (prefix === undefined) return groups;
  throw usage(
    `--print-access needs the full names of the groups, because RBAC has no wildcards: name those of "${prefix}".`,
  );
}

function joinTokenOf(options: Options): string | undefined {
  if (options.joinToken !== undefined) return options.joinToken.trim() || undefined;
  if (options.joinTokenFile === undefined) return undefined;
  try {
    return readFileSync(options.joinTokenFile, 'utf8').trim() || undefined;
  } catch (cause) {
    throw new UserError(`${options.joinTokenFile} cannot be read. It should hold the join token.`, { cause });
  }
}

function clusterOf(options: Options, env: NodeJS.ProcessEnv): AgentConfig['cluster'] {
  const { context } = options;
  const named = options.kubeconfig ?? env['KUBECONFIG']?.trim();
  if (named) return { kind: 'kubeconfig', files: named, context };
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (isInCluster(host)) {
    const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
    return { kind: 'in-cluster', host, port, namespace: env['POSTERN_NAMESPACE'] ?? namespaceOfPod() };
  }
  const usual = join(homedir(), '.kube', 'config');
  if (!existsSync(usual)) throw usage(`There is no kubeconfig at ${usual}: name one with --kubeconfig.`);
  return { kind: 'kubeconfig', files: usual, context };
}

function namespaceOfPod(): string {
  return readFileSync(`${serviceAccountFolder}/namespace`, 'utf8').trim();
}

function logLevelOf(level = 'info'): string {
  if (!logLevels.includes(level)) throw usage(`The log level is one of ${logLevels.join(', ')}, not "${level}".`);
  return level;
}

function healthOf(port: string | undefined, env: NodeJS.ProcessEnv): AgentConfig['health'] {
  if (port === undefined) return undefined;
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw usage(`The health port is a number from 0 to 65535, not "${port}".`);
  }
  // In a pod, probes come from its node; elsewhere only this machine may connect.
  return { port: number, host: env['KUBERNETES_SERVICE_HOST'] === undefined ? '127.0.0.1' : undefined };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
