import { setTimeout } from 'node:timers/promises';
import type { GatewayProcess } from '../harness/gateway-process.ts';
import { residentBytes } from '../harness/memory.ts';
import { processorMs, queuedMs } from '../harness/processor.ts';

/** Not more often: to count the handles of thousands of connections for its metrics takes the gateway some milliseconds. */
const everyMs = 5_000;

/** The gateway at one moment; bytes, and what happened since the sample before. */
export interface Sample {
  resident: number;
  /** Of JavaScript, and of buffers outside its heap. */
  heap: number;
  external: number;
  /** Share of one core that it used, and that it wanted and did not get. */
  cores: number;
  coresWanted: number;
  /** The longest time that everything waited for one thing, in milliseconds. */
  longestWaitMs: number;
}

/** Looks at the gateway every 5 s until the signal, or until it is gone. */
export async function sample(
  { pid, metricsUrl }: GatewayProcess,
  { samples, signal }: { samples: Sample[]; signal: AbortSignal },
): Promise<void> {
  let before = { at: performance.now(), used: await processorMs(pid), queued: await queuedMs(pid) };
  while (!signal.aborted) {
    await setTimeout(everyMs, undefined, { signal }).catch(() => {});
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
      // One that is gone is told by the verdict; one that does not answer has other figures that say so.
    }
  }
}

/** Reads metrics in Prometheus' text format. @returns the value of a metric without labels, 0 where there is none. */
async function read(url: string): Promise<(name: string) => number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  return (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}
