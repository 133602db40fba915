import type { Memory } from './memory.ts';
import type { CpuPerGigabyte } from './process-metrics.ts';
import { median, type Pair, percentile } from './samples.ts';

/** A row of the table: what was measured, the figures, and whether the target was met. */
export interface Row {
  name: string;
  direct: string;
  gateway: string;
  comparison: string;
  target: string;
  met: boolean | undefined;
}

const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));

/** Milliseconds: lower is better. The target limits the difference or the ratio of the medians. */
export function latencyRow(name: string, pair: Pair, target: { surplusMs?: number; ratio?: number }): Row {
  const [direct, gateway] = [median(pair.direct), median(pair.gateway)];
  const [surplus, ratio] = [gateway - direct, gateway / direct];
  const met =
    target.surplusMs !== undefined
      ? surplus <= target.surplusMs
      : target.ratio !== undefined
        ? ratio <= target.ratio
        : undefined;
  const goal =
    target.surplusMs !== undefined
      ? `≤ +${target.surplusMs} ms`
      : target.ratio !== undefined
        ? `≤ ${target.ratio} ×`
        : '';
  const cell = (samples: number[]): string => `${ms(median(samples))} / ${ms(percentile(samples, 0.99))}`;
  return {
    name: `${name}: ms p50 / p99`,
    direct: cell(pair.direct),
    gateway: cell(pair.gateway),
    comparison: `${surplus < 0 ? '−' : '+'}${ms(Math.abs(surplus))} ms, ${ratio.toFixed(2)} ×`,
    target: goal,
    met,
  };
}

/** MB/s: higher is better. */
export function throughputRow(
  name: string,
  pair: Pair,
  { ratio: goal, cpu }: { ratio: number; cpu: CpuPerGigabyte | undefined },
): Row {
  const [direct, gateway] = [median(pair.direct), median(pair.gateway)];
  const ratio = gateway / direct;
  return {
    name: `${name}: MB/s`,
    direct: direct.toFixed(0),
    gateway: gateway.toFixed(0),
    comparison: `${ratio.toFixed(2)} ×${cpu === undefined ? '' : `, ${cpu.gateway.toFixed(1)} + ${cpu.agent.toFixed(1)} CPU s/GB`}`,
    target: `≥ ${goal} ×`,
    met: ratio >= goal,
  };
}

export function memoryRows({ fresh, used, gatewayWithManyAgents, agents }: Memory): Row[] {
  const each = ((gatewayWithManyAgents - used.gateway) * 1000) / agents;
  const mb = (value: number): string => `${value.toFixed(0)} MB`;
  const row = (name: string, gateway: string, rest: Partial<Row> = {}): Row => ({
    name: `${name}: RSS`,
    direct: '',
    gateway,
    comparison: '',
    target: '',
    met: undefined,
    ...rest,
  });
  const agentTarget = (value: number): Partial<Row> => ({ target: '≤ 90 MB', met: value <= 90 });
  return [
    row('gateway, 1 agent, fresh', mb(fresh.gateway)),
    row('gateway, 1 agent, after all of the above', mb(used.gateway)),
    row(`gateway, ${agents} more agents`, mb(gatewayWithManyAgents), { comparison: `${each.toFixed(0)} kB an agent` }),
    row('agent, fresh', mb(fresh.agent), agentTarget(fresh.agent)),
    row('agent, after all of the above', mb(used.agent), agentTarget(used.agent)),
  ];
}

export function markdownTable(rows: Row[]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const mark = (met: boolean | undefined): string => (met === undefined ? '' : met ? '✓' : '✗');
  return [
    line(['', 'direct', 'gateway', '', 'target', '']),
    line(['---', '--:', '--:', '--:', '--:', ':-:']),
    ...rows.map((row) => line([row.name, row.direct, row.gateway, row.comparison, row.target, mark(row.met)])),
  ].join('\n');
}
