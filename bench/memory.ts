import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../e2e/bed/process.ts';
import type { LoadOptions } from './load-agents.ts';

/** Resident memory in MB. */
export interface Memory {
  gatewayWithOneAgent: number;
  gatewayWithManyAgents: number;
  agents: number;
  agent: number;
}

async function metric(read: () => Promise<string>, name: string): Promise<number> {
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(await read())?.[1];
  if (value === undefined) throw new Error(`no metric ${name}`);
  return Number(value);
}

/** The lowest of several readings a second apart: an idle process gives back what a burst took, in its own time. */
async function settled(read: () => Promise<string>, seconds: number): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let second = 0; second < seconds; second++) {
    lowest = Math.min(lowest, (await metric(read, 'process_resident_memory_bytes')) / 1e6);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return lowest;
}

/** Connects so many agents from a process of its own, each with its cluster, key and TLS connection, and reads what it costs. */
export async function measureMemory(options: {
  gatewayMetrics: () => Promise<string>;
  agentMetrics: () => Promise<string>;
  load: LoadOptions;
  seconds: number;
}): Promise<Memory> {
  const agent = await settled(options.agentMetrics, options.seconds);
  const gatewayWithOneAgent = await settled(options.gatewayMetrics, options.seconds);
  const connected = (): Promise<number> => metric(options.gatewayMetrics, 'postern_agents_connected');
  const before = await connected();

  const child = fork(join(import.meta.dirname, 'load-agents.ts'), [JSON.stringify(options.load)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the load ended with ${code}`);
      }),
    ]);
    await eventually(async () => (await connected()) >= before + options.load.agents, 'all agents connected', 60_000);
    const gatewayWithManyAgents = await settled(options.gatewayMetrics, options.seconds);
    return { agent, gatewayWithOneAgent, gatewayWithManyAgents, agents: options.load.agents };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}
