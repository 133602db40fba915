'use client';
import { use } from 'react';
import type { Row } from '#features/kube/table-rows.ts';
import { Sparkline } from './sparkline.tsx';
import { usageKey } from './usage.ts';
import { UsageBar } from './usage-bar.tsx';
import { UsageChartsContext } from './usage-charts.ts';
import { type Amount, formats, standingOf, usageWords } from './usage-words.ts';

/** A sparkline shows everything that is known, up to 15 minutes; at first it spans two, so that it does not jump. */
const MOST_SPAN_MS = 15 * 60_000;
const LEAST_SPAN_MS = 2 * 60_000;

/** The CPU or memory of a pod or node: its course, the number, and a bar against its bounds. On a phone the number only. */
export function UsageCell({ row, amount, value }: { row: Row; amount: Amount; value: number }) {
  const charts = use(UsageChartsContext);
  const key = usageKey(row.namespace, row.name);
  const bounds = charts?.bounds.get(key);
  const standing = standingOf(value, bounds, amount);
  const points = charts?.history.of(key).map((point) => ({ at: point.at, value: point[amount] })) ?? [];
  const known = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  return (
    <span
      className="flex items-center justify-end gap-2 tabular-nums max-md:inline"
      title={usageWords(value, bounds, amount, row.namespace === '' ? 'allocatable' : 'limit')}
    >
      <Sparkline
        points={points}
        width={48}
        height={16}
        top={standing.full ?? 0}
        span={Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, known))}
        className="max-md:hidden"
      />
      <span className="flex w-16 flex-col text-right max-md:inline">
        <span className="leading-4">{formats[amount](value)}</span>
        <UsageBar standing={standing} className="max-md:hidden" />
      </span>
    </span>
  );
}
