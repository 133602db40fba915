import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Transport = 'SPDY' | 'WebSocket';

export interface Kubectl {
  /** The program and its fixed first arguments. */
  command: string[];
  /** For example `v1.33.1`. */
  version: string;
  minor: number;
}

/** A kubectl with a transport and a kubeconfig. */
export interface Client {
  kubectl: Kubectl;
  transport: Transport;
  kubeconfig: string;
  /** Where kubectl keeps its caches. */
  home: string;
}

function onPath(program: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function describe(command: string[]): Kubectl {
  const [program = '', ...prefix] = command;
  const printed = execFileSync(program, [...prefix, 'version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const { clientVersion } = JSON.parse(printed) as { clientVersion: { gitVersion: string } };
  return {
    command,
    version: clientVersion.gitVersion,
    minor: Number(/^v1\.(\d+)/.exec(clientVersion.gitVersion)?.[1]),
  };
}

/**
 * Every kubectl of this machine, oldest first, one per minor version: those named `kubectl.1.N` next to the one on the
 * path, or only that one if there are none, or else the test cluster's own.
 */
export function findKubectls(): Kubectl[] {
  const commands: string[][] = [];
  const found = onPath('kubectl');
  if (found) {
    const folder = dirname(realpathSync(found));
    const versioned = readdirSync(folder).filter((name) => /^kubectl\.1\.\d+$/.test(name));
    commands.push(...versioned.map((name) => [join(folder, name)]));
    if (versioned.length === 0) commands.push([found]);
  }
  if (commands.length === 0) commands.push(clusterKubectl());
  const byMinor = new Map(commands.map(describe).map((kubectl) => [kubectl.minor, kubectl]));
  const only = process.env['POSTERN_E2E_KUBECTL']?.split(',');
  return [...byMinor.values()]
    .filter((kubectl) => !only || only.includes(`1.${kubectl.minor}`))
    .sort((one, other) => one.minor - other.minor);
}

/** The test cluster's own kubectl, which is part of its single binary. */
function clusterKubectl(): string[] {
  const home = process.env['TESTCLUSTER_HOME'] ?? '/var/lib/testcluster';
  return [process.env['TESTCLUSTER_BIN'] ?? join(home, 'bin/kube'), 'kubectl'];
}

/** The transports of this kubectl for exec, attach and cp (`remote`), or for port-forward. */
export function transports(kubectl: Kubectl, use: 'remote' | 'port-forward'): Transport[] {
  const only = process.env['POSTERN_E2E_TRANSPORT'];
  const all: Transport[] = kubectl.minor >= (use === 'remote' ? 29 : 30) ? ['SPDY', 'WebSocket'] : ['SPDY'];
  return all.filter((transport) => !only || transport === only);
}

/** A kubectl's environment: without the caller's kubeconfig, and with the variables that select the transport. */
export function environment(client: Client): NodeJS.ProcessEnv {
  const webSocket = String(client.transport === 'WebSocket');
  return {
    PATH: process.env['PATH'],
    HOME: client.home,
    TMPDIR: process.env['TMPDIR'],
    KUBECONFIG: client.kubeconfig,
    KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket,
    KUBECTL_PORT_FORWARD_WEBSOCKETS: webSocket,
  };
}
