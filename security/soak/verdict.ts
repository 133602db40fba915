import { percentile } from './honest-load.ts';
import type { SoakResult } from './soak.ts';
import { tooWeak } from './too-weak.ts';

/** The figures of a run, and whether each is within its limit. */
export interface Verdict {
  rows: { name: string; quiet: string; attacked: string; limit: string; ok: boolean }[];
  ok: boolean;
}

const ms = (value: number | undefined): string => (value === undefined ? '' : `${value.toFixed(0)} ms`);
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * A run passes if all calls succeeded, p99 at most doubled, memory was flat after the first fifth, no process ended or logged an
 * error, and every attack sent enough to count.
 */
export function judge({ quiet, attacked, samples, sent, problems }: SoakResult, names: readonly string[]): Verdict {
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
  const resident = samples.map((sample) => sample.resident);
  const steady = resident.slice(Math.floor(resident.length / 5));
  const share = Math.max(1, Math.floor(steady.length / 8));
  const [first, last] = [mean(steady.slice(0, share)), mean(steady.slice(-share))];
  rows.push({
    name: 'memory of the gateway after the first fifth of the run',
    quiet: mib(resident[0] ?? 0),
    attacked: `${mib(first)} → ${mib(last)}, at most ${mib(Math.max(...resident))}`,
    limit: '± 10 %',
    ok: Math.abs(last - first) <= first * 0.1,
  });
  rows.push({
    name: 'processes ended or restarted, errors in the log',
    quiet: '',
    attacked: String(problems.length),
    limit: '0',
    ok: problems.length === 0,
  });
  const weak = tooWeak(names, sent);
  rows.push({
    name: 'attacks that sent too little to count',
    quiet: '',
    attacked: weak.length === 0 ? '0' : weak.join(', '),
    limit: '0',
    ok: weak.length === 0,
  });
  return { rows, ok: rows.every(({ ok }) => ok) };
}
