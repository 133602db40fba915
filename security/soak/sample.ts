import { setTimeout } from 'node:timers/promises';
import type { GatewayProcess } from '../harness/gateway-process.ts';
import { residentBytes } from '../harness/memory.ts';
import { processorMs, queuedMs } from '../harness/processor.ts';

/** Not more often, because collecting metrics with thousands of open handles takes the gateway several milliseconds. */
export const sampleMs = 5_000;

/** The state of the gateway, with sizes in bytes, and what happened since the previous sample. */
export interface Sample {
  resident: number;
  /** The JavaScript heap, and buffers outside it. */
  heap: number;
  external: number;
  /** CPU time in cores: used, and spent waiting for a core. */
  cores: number;
  coresWanted: number;
  /** Maximum delay of the event loop, in milliseconds. */
  longestWaitMs: number;
}

/** Samples the gateway every 5 s until the signal aborts. */
export async function sample(
  { pid, metricsUrl }: GatewayProcess,
  { samples, signal }: { samples: Sample[]; signal: AbortSignal },
): Promise<void> {
  let before = { at: performance.now(), used: await processorMs(pid), queued: await queuedMs(pid) };
  while (!signal.aborted) {
    await setTimeout(sampleMs, undefined, { signal }).catch(() => {});
    try {
      const [memory, metrics] = await Promise.all([residentBytes(pid), read(metricsUrl)]);
      const [used, queued] = await Promise.all([processorMs(pid), queuedMs(pid)]);
      const at = performance.now();
      samples.push({
        resident: memory.now,
        heap: metrics('nodejs_heap_size_used_bytes'),
        external: metrics('nodejs_external_memory_bytes'),
        cores: (used - before.used) / (at - before.at),
        coresWanted: (queued - before.queued) / (at - before.at),
        longestWaitMs: metrics('nodejs_eventloop_lag_max_seconds') * 1_000,
      });
      before = { at, used, queued };
    } catch {
      // The verdict reports a gateway that exited; one that does not respond shows in the other figures.
    }
  }
}

/** Reads metrics in Prometheus' text format. @returns a function that looks up a metric without labels; 0 if missing. */
async function read(url: string): Promise<(name: string) => number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  return (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}
