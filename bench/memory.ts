import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '@postern/testkit';
import type { LoadOptions } from './load-agents.ts';
import { metric, type Sources } from './process-metrics.ts';

/** Resident memory of both sides when idle, in MB. */
export interface Idle {
  gateway: number;
  agent: number;
}

export interface Memory {
  /** Shortly after the start, with one agent. */
  fresh: Idle;
  /** After all other measurements: the allocator returns little of what they used. */
  used: Idle;
  gatewayWithManyAgents: number;
  agents: number;
}

/** The lowest of several readings a second apart, because an idle process returns memory only gradually. */
async function settled(read: () => Promise<string>, seconds: number): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let second = 0; second < seconds; second++) {
    lowest = Math.min(lowest, (await metric(read, 'process_resident_memory_bytes')) / 1e6);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return lowest;
}

/** @param seconds how long each side is measured. */
export async function measureIdle({ gatewayMetrics, agentMetrics }: Sources, seconds: number): Promise<Idle> {
  const [gateway, agent] = await Promise.all([settled(gatewayMetrics, seconds), settled(agentMetrics, seconds)]);
  return { gateway, agent };
}

/**
 * Connects many agents from a separate process, each with its own cluster, key and TLS connection. Resolves with the gateway's
 * resident memory in MB.
 */
export async function measureManyAgents(
  { gatewayMetrics }: Sources,
  load: LoadOptions & { seconds: number },
): Promise<number> {
  const connected = (): Promise<number> => metric(gatewayMetrics, 'postern_agents_connected');
  const before = await connected();
  const child = fork(join(import.meta.dirname, 'load-agents.ts'), [JSON.stringify(load)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the load process exited with code ${code}`);
      }),
    ]);
    await until(async () => (await connected()) >= before + load.agents, {
      what: 'all agents connected',
      timeoutMs: 60_000,
    });
    return await settled(gatewayMetrics, load.seconds);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}
