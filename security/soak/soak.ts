import { startAttackers } from './attackers.ts';
import { emptyLoad, type Load, work } from './honest-load.ts';
import { type Sample, sample } from './sample.ts';
import { type SoakHarness, startSoakHarness } from './soak-harness.ts';
import { tooWeak } from './too-weak.ts';

export interface SoakOptions {
  /** Minimum duration; extended to at most `mostMs` until every attack has sent enough to count. */
  attackMs: number;
  mostMs?: number;
  quietMs: number;
  /** Names of attacks. */
  names: string[];
  onProgress?: (line: string) => void;
}

export interface SoakResult {
  quiet: Load;
  attacked: Load;
  /** The gateway under attack, every 5 s. */
  samples: Sample[];
  /** What each attack sent. */
  sent: Record<string, number>;
  /** Processes that ended, and errors in the gateway's log. */
  problems: string[];
}

/** Measures an honest tenant, first alone, then alongside all attacks at once. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { onProgress = () => {} } = options;
  const harness = await startSoakHarness();
  try {
    const quiet = emptyLoad();
    // Not measured, because the first calls fill kubectl's discovery cache and warm up the gateway's code.
    await workFor(harness, { load: emptyLoad(), ms: Math.min(options.quietMs, 10_000) });
    onProgress('quiet');
    await workFor(harness, { load: quiet, ms: options.quietMs });
    onProgress('under attack');
    const attackers = await startAttackers(harness, options.names);
    const samples: Sample[] = [];
    const attacked = emptyLoad();
    const over = new AbortController();
    const sampling = sample(harness.gateway, { samples, signal: over.signal });
    const { attackMs, mostMs = attackMs } = options;
    const began = performance.now();
    await workFor(harness, { load: attacked, ms: attackMs });
    while (performance.now() - began < mostMs && tooWeak(options.names, attackers.sent()).length > 0) {
      await workFor(harness, { load: attacked, ms: 5_000 });
    }
    over.abort();
    await sampling;
    const sent = await attackers.stop();
    return { quiet, attacked, samples, sent, problems: problemsOf(harness) };
  } finally {
    await harness.stop();
  }
}

async function workFor(harness: SoakHarness, { load, ms }: { load: Load; ms: number }): Promise<void> {
  await work({ gateway: harness.gateway, ...harness.honest }, { load, signal: AbortSignal.timeout(ms) });
}

function problemsOf({ gateway, agent }: SoakHarness): string[] {
  return [
    ...(gateway.isRunning() ? [] : [`the gateway ended: ${gateway.ending()}`]),
    ...(agent.isRunning() ? [] : ["the honest tenant's agent ended"]),
    ...gateway.log.problems.map((line) => `the gateway logged: ${line.slice(0, 400)}`),
  ];
}
