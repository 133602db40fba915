/** Reads the metrics of both sides, as Prometheus would. */
export interface Sources {
  gatewayMetrics: () => Promise<string>;
  agentMetrics: () => Promise<string>;
}

/** CPU seconds of each side per gigabyte (10^9 bytes). */
export interface CpuPerGigabyte {
  gateway: number;
  agent: number;
}

/** @throws if there is no such metric. */
export async function metric(read: () => Promise<string>, name: string): Promise<number> {
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(await read())?.[1];
  if (value === undefined) throw new Error(`no metric ${name}`);
  return Number(value);
}

/** Starts measuring the CPU time of both sides; call the result with the gigabytes transferred since. */
export async function startCpuMeter(sources: Sources): Promise<(gigabytes: number) => Promise<CpuPerGigabyte>> {
  const before = await cpuSeconds(sources);
  return async (gigabytes) => {
    const after = await cpuSeconds(sources);
    return {
      gateway: (after.gateway - before.gateway) / gigabytes,
      agent: (after.agent - before.agent) / gigabytes,
    };
  };
}

async function cpuSeconds({ gatewayMetrics, agentMetrics }: Sources): Promise<CpuPerGigabyte> {
  const name = 'process_cpu_seconds_total';
  return { gateway: await metric(gatewayMetrics, name), agent: await metric(agentMetrics, name) };
}
