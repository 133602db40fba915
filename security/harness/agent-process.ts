import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { agentRuntime } from '@postern/kube';
import { AbortRetry, until } from '@postern/testkit';
import { end, type GatewayProcess } from './gateway-process.ts';
import { ProcessLog } from './process-log.ts';
import type { Person, Rest } from './rest.ts';

const program = resolve(import.meta.dirname, '../../apps/agent/dist/main.js');
const onlineMs = 30_000;

/** An agent as it runs outside a cluster: a separate process that serves the cluster of a kubeconfig. */
export interface AgentProcess {
  pid: number;
  log: ProcessLog;
  isRunning(): boolean;
  stop(): Promise<void>;
}

/** Creates the cluster `name`, starts its agent and waits until it is online. */
export async function startAgentProcess(options: {
  gateway: GatewayProcess;
  rest: Rest;
  owner: Person;
  name: string;
  kubeconfig: string;
}): Promise<AgentProcess> {
  const { gateway, rest, owner, name, kubeconfig } = options;
  const { joining } = await rest.createCluster(owner, name);
  const state = join(gateway.folder, `agent-${name}`);
  await mkdir(state, { mode: 0o700 });
  const child = spawn(
    process.execPath,
    [
      ...agentRuntime.nodeArgs,
      program,
      ...['--url', gateway.origin, '--ca-file', gateway.caFile],
      ...['--kubeconfig', kubeconfig, '--state', state],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: state,
        NODE_ENV: 'production',
        ...agentRuntime.env,
        POSTERN_JOIN_TOKEN: joining.joinToken,
      },
    },
  );
  const log = new ProcessLog(child);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const isOnline = async (): Promise<boolean> => {
    if (!isRunning()) throw new AbortRetry('the agent exited');
    const path = `/api/v1/organizations/${owner.slug}/clusters/${name}`;
    const reply = await rest.ask('GET', path, { token: owner.token });
    return (JSON.parse(reply.text) as { status?: string }).status === 'online';
  };
  await until(isOnline, { timeoutMs: onlineMs }).catch(async (cause: unknown) => {
    await end(child);
    throw new Error(`the agent of ${name} did not come online:\n${log.tail(20)}`, { cause });
  });
  return { pid: child.pid ?? 0, log, isRunning, stop: () => end(child) };
}
