import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { WorkerOptions } from '../attacks/worker.ts';
import { end } from '../bed/gateway-process.ts';
import { residentBytes } from '../bed/memory.ts';
import { emptyLoad, type Load, percentile, work } from './honest-load.ts';
import { type SoakBed, startSoakBed } from './soak-bed.ts';

const worker = resolve(import.meta.dirname, '../attacks/worker.ts');
const sampleMs = 1_000;

export interface SoakOptions {
  attackMs: number;
  quietMs: number;
  /** Names of attacks. */
  names: string[];
  onProgress?: (line: string) => void;
}

export interface SoakResult {
  quiet: Load;
  attacked: Load;
  /** Resident bytes of the gateway under attack, one a second. */
  resident: number[];
  /** What each attack sent. */
  sent: Record<string, number>;
  /** Processes that ended, and lines of the gateway's log that a healthy one does not write. */
  problems: string[];
}

/** An honest tenant first alone, then beside all attacks at once. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { onProgress = () => {} } = options;
  const bed = await startSoakBed();
  try {
    const quiet = emptyLoad();
    // The first calls fill kubectl's cache of the API and compile the gateway; nobody compares themselves with those.
    await workFor(bed, { load: emptyLoad(), ms: Math.min(options.quietMs, 10_000) });
    onProgress('quiet');
    await workFor(bed, { load: quiet, ms: options.quietMs });
    onProgress('under attack');
    const attackers = startAttacks(bed, options.names);
    const resident: number[] = [];
    const attacked = emptyLoad();
    const over = new AbortController();
    const sampling = sample(bed.gateway.pid, { resident, signal: over.signal });
    await workFor(bed, { load: attacked, ms: options.attackMs });
    over.abort();
    await sampling;
    const sent = await attackers.stop();
    return { quiet, attacked, resident, sent, problems: problemsOf(bed) };
  } finally {
    await bed.stop();
  }
}

async function workFor(bed: SoakBed, { load, ms }: { load: Load; ms: number }): Promise<void> {
  await work({ gateway: bed.gateway, ...bed.honest }, { load, signal: AbortSignal.timeout(ms) });
}

async function sample(pid: number, { resident, signal }: { resident: number[]; signal: AbortSignal }): Promise<void> {
  while (!signal.aborted) {
    const memory = await residentBytes(pid).catch(() => undefined);
    if (memory === undefined) return;
    resident.push(memory.now);
    await setTimeout(sampleMs, undefined, { signal }).catch(() => {});
  }
}

/** Thousands of handshakes keep a process from everything else, so these attacks have one of their own. */
const manyConnections = ['idle-connections', 'connection-flood'];

function startAttacks(bed: SoakBed, names: string[]): { stop(): Promise<Record<string, number>> } {
  const groups = [
    names.filter((name) => !manyConnections.includes(name)),
    names.filter((name) => manyConnections.includes(name)),
  ];
  const workers = groups.filter((group) => group.length > 0).map((group) => startWorker(bed, group));
  return { stop: async () => Object.assign({}, ...(await Promise.all(workers.map((one) => one.stop())))) };
}

function startWorker({ gateway, attacker }: SoakBed, names: string[]): { stop(): Promise<Record<string, number>> } {
  const { port, origin, tls, caPem } = gateway;
  const options: WorkerOptions = {
    context: { gateway: { port, origin, tls, caPem }, attacker: attacker.person, agent: attacker.agent },
    names,
  };
  const child = fork(worker, [JSON.stringify(options)], {
    execArgv: ['--conditions=@postern/source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let sent: Record<string, number> = {};
  child.on('message', (counts: Record<string, number>) => {
    sent = counts;
  });
  return {
    stop: async () => {
      await end(child);
      return sent;
    },
  };
}

function problemsOf({ gateway, agent }: SoakBed): string[] {
  return [
    ...(gateway.isRunning() ? [] : [`the gateway is gone: ${gateway.ending()}`]),
    ...(agent.isRunning() ? [] : ["the honest tenant's agent is gone"]),
    ...gateway.log.problems.map((line) => `the gateway logged: ${line.slice(0, 400)}`),
  ];
}

/** The figures of a run, and whether each is as it should be. */
export interface Verdict {
  rows: { name: string; quiet: string; attacked: string; limit: string; ok: boolean }[];
  ok: boolean;
}

const ms = (value: number | undefined): string => (value === undefined ? '' : `${value.toFixed(0)} ms`);
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** All calls succeed, p99 at most doubles, memory is flat after a fifth of the time, and nothing has ended. */
export function judge({ quiet, attacked, resident, sent, problems }: SoakResult, names: readonly string[]): Verdict {
  const rows: Verdict['rows'] = [];
  for (const kind of ['kubectl', 'https'] as const) {
    const [before, during] = [percentile(quiet[kind], 0.99), percentile(attacked[kind], 0.99)];
    const median = [ms(percentile(quiet[kind], 0.5)), ms(percentile(attacked[kind], 0.5))];
    rows.push({
      name: `${kind}: p50 / p99`,
      quiet: `${median[0]} / ${ms(before)} (${quiet[kind].length} calls)`,
      attacked: `${median[1]} / ${ms(during)} (${attacked[kind].length} calls)`,
      limit: 'p99 ≤ 2 × quiet',
      ok: during === undefined || before === undefined ? quiet[kind].length === 0 : during <= 2 * before,
    });
  }
  rows.push({
    name: 'calls that failed',
    quiet: String(quiet.failures.length),
    attacked: String(attacked.failures.length),
    limit: '0',
    ok: quiet.failures.length + attacked.failures.length === 0,
  });
  const steady = resident.slice(Math.floor(resident.length / 5));
  const share = Math.max(1, Math.floor(steady.length / 8));
  const [first, last] = [mean(steady.slice(0, share)), mean(steady.slice(-share))];
  rows.push({
    name: 'memory of the gateway, from a fifth of the time to the end',
    quiet: mib(resident[0] ?? 0),
    attacked: `${mib(first)} → ${mib(last)}, at most ${mib(Math.max(...resident))}`,
    limit: '± 10 %',
    ok: Math.abs(last - first) <= first * 0.1,
  });
  rows.push({
    name: 'ended or restarted, errors in the log',
    quiet: '',
    attacked: String(problems.length),
    limit: '0',
    ok: problems.length === 0,
  });
  const idle = names.filter((name) => !((sent[name] ?? 0) > 0));
  rows.push({
    name: 'attacks that sent nothing',
    quiet: '',
    attacked: idle.length === 0 ? '0' : idle.join(', '),
    limit: '0',
    ok: idle.length === 0,
  });
  return { rows, ok: rows.every(({ ok }) => ok) };
}
