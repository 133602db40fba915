import { setTimeout } from 'node:timers/promises';
import { mebibytes, residentBytes } from '../harness/memory.ts';
import { processorMs } from '../harness/processor.ts';
import { startAttackers } from './attackers.ts';
import { emptyLoad, type Load, percentile, work } from './honest-load.ts';
import { type SoakHarness, startSoakHarness } from './soak-harness.ts';

/** How one attack alone affects an honest tenant and the gateway. */
export interface Effect {
  name: string;
  sent: number;
  quiet: Load;
  attacked: Load;
  /** CPU time of the gateway in cores, without and with the attack. */
  gatewayCores: [quiet: number, attacked: number];
  attackerCores: number;
  /** Resident memory of the gateway in bytes: before the attack, at its end and 2 s later. */
  resident: [before: number, end: number, after: number];
}

/** Runs the attacks one after another against one gateway and measures what each costs. */
export async function measureEach(
  names: readonly string[],
  options: { quietMs: number; attackMs: number; onEffect: (effect: Effect) => void },
): Promise<void> {
  const harness = await startSoakHarness();
  try {
    await measured(harness, { ms: 5_000 });
    for (const name of names) options.onEffect(await measureOne(harness, { name, ...options }));
  } finally {
    await harness.stop();
  }
}

async function measureOne(
  harness: SoakHarness,
  { name, quietMs, attackMs }: { name: string; quietMs: number; attackMs: number },
): Promise<Effect> {
  const { pid } = harness.gateway;
  const quiet = await measured(harness, { ms: quietMs });
  const before = (await residentBytes(pid)).now;
  const attackers = await startAttackers(harness, [name]);
  // Time for its process to start and connect.
  await setTimeout(2_000);
  const attackerBefore = await Promise.all(attackers.pids.map(processorMs));
  const attacked = await measured(harness, { ms: attackMs });
  const attackerAfter = await Promise.all(attackers.pids.map(processorMs));
  const atEnd = (await residentBytes(pid)).now;
  const sent = await attackers.stop();
  await setTimeout(2_000);
  const used = attackerAfter.reduce((sum, ms, index) => sum + ms - (attackerBefore[index] ?? 0), 0);
  return {
    name,
    sent: sent[name] ?? 0,
    quiet: quiet.load,
    attacked: attacked.load,
    gatewayCores: [quiet.cores, attacked.cores],
    attackerCores: used / attackMs,
    resident: [before, atEnd, (await residentBytes(pid)).now],
  };
}

/** Runs the honest load for `ms` and measures the gateway's CPU time meanwhile. */
async function measured(harness: SoakHarness, { ms }: { ms: number }): Promise<{ load: Load; cores: number }> {
  const load = emptyLoad();
  const before = await processorMs(harness.gateway.pid);
  const began = performance.now();
  await work({ gateway: harness.gateway, ...harness.honest }, { load, signal: AbortSignal.timeout(ms) });
  const cores = ((await processorMs(harness.gateway.pid)) - before) / (performance.now() - began);
  return { load, cores };
}

/** Column headings for `effectRow`. */
export const effectColumns = [
  'attack',
  'sent',
  'kubectl p50 / p99',
  'HTTPS p50 / p99',
  'failed',
  'gateway, cores',
  'attackers, cores',
  'memory of the gateway: before, end, after',
];

/** A table row; most cells are `without the attack → with it`. */
export function effectRow(effect: Effect): string[] {
  const { name, sent, quiet, attacked, gatewayCores, attackerCores, resident } = effect;
  const times = (load: readonly number[]): string =>
    [0.5, 0.99].map((share) => percentile(load, share)?.toFixed(0) ?? '-').join('/');
  return [
    name,
    String(sent),
    `${times(quiet.kubectl)} → ${times(attacked.kubectl)} ms`,
    `${times(quiet.https)} → ${times(attacked.https)} ms`,
    String(quiet.failures.length + attacked.failures.length),
    gatewayCores.map((cores) => cores.toFixed(2)).join(' → '),
    attackerCores.toFixed(2),
    resident.map(mebibytes).join(', '),
  ];
}
