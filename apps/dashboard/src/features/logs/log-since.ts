import type { LogFrom } from './log-cluster.ts';

/** How far back a log begins. */
export interface LogSince {
  /** Unique; empty for the default. */
  value: string;
  label: string;
  from: LogFrom;
  /** The same as an argument of kubectl. */
  flag: string;
}

/** Fewer for each of several containers: together they are as many. */
const tails = { one: [2000, 200, 10_000], several: [500, 50, 2000] } as const;

const tailOf = (lines: number, value: string, one: boolean): LogSince => ({
  value,
  label: one ? `Last ${lines.toLocaleString('en')} lines` : `${lines.toLocaleString('en')} lines each`,
  from: { tailLines: lines },
  flag: `--tail=${lines}`,
});

const periodOf = (seconds: number, label: string): LogSince => ({
  value: String(seconds),
  label,
  from: { sinceSeconds: seconds },
  flag: `--since=${seconds}s`,
});

const periods = [
  periodOf(300, 'Last 5 minutes'),
  periodOf(3600, 'Last hour'),
  periodOf(21_600, 'Last 6 hours'),
  periodOf(86_400, 'Last day'),
  { value: 'all', label: 'Everything', from: {}, flag: '--tail=-1' },
];

/** The choices of how far back, the default first. `one`: for a single container. */
export function sinceChoices({ one }: { one: boolean }): readonly [LogSince, ...LogSince[]] {
  const [standard, fewer, more] = one ? tails.one : tails.several;
  return [
    tailOf(standard, '', one),
    tailOf(fewer, `tail-${fewer}`, one),
    tailOf(more, `tail-${more}`, one),
    ...periods,
  ];
}
