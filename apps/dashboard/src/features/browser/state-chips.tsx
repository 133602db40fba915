'use client';
import { useMemo } from 'react';
import { cn } from '#components/class-names.ts';
import { useTicking } from '#components/ticker.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { severity, type Verdict } from '#features/health/verdict.ts';
import type { LiveListState } from '#features/kube/live-list.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { type RowStates, stateId } from './row-state.ts';

const MOST = 7;
/** How often rows are judged again although nothing has changed, in milliseconds. */
const JUDGED_MS = 15_000;

/** The number of rows in each state, the worst first; a click filters by it. Renders nothing if there is only one, or too many. */
export function StateChips({
  table: { items: rows },
  states,
  filter,
  onFilter,
}: {
  table: LiveListState<Row>;
  states: RowStates;
  filter: string;
  onFilter: (filter: string) => void;
}) {
  const now = useTicking((ms) => Math.floor(ms / JUDGED_MS) * JUDGED_MS);
  const counted = useMemo(() => countStates(rows, states, now), [rows, states, now]);
  if (counted.length < 2 || counted.length > MOST) return null;
  return (
    <fieldset className="flex min-w-0 flex-1 basis-48 items-center gap-1 overflow-x-auto">
      <legend className="sr-only">Filter by state</legend>
      {counted.map(({ verdict, count }) => {
        const term = `is:${stateId(verdict)}`;
        const on = filter.split(/\s+/).includes(term);
        return (
          <button
            key={verdict.word}
            type="button"
            aria-pressed={on}
            onClick={() =>
              onFilter(
                on
                  ? filter
                      .split(/\s+/)
                      .filter((word) => word !== term)
                      .join(' ')
                  : `${filter} ${term}`.trim(),
              )
            }
            className={cn(
              'flex h-6 shrink-0 items-center gap-1.5 rounded-md border px-2 text-xs hover:bg-hover max-sm:h-9',
              on && 'border-line-strong bg-active',
            )}
          >
            <StatusDot tone={verdict.tone}>{verdict.word || 'None'}</StatusDot>
            <span className="text-muted tabular-nums">{count.toLocaleString('en')}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

/** The worst first, then the most frequent. Rows without a state are not counted. */
function countStates(rows: readonly Row[], { of }: RowStates, now: number): { verdict: Verdict; count: number }[] {
  const counts = new Map<string, { verdict: Verdict; count: number }>();
  for (const row of rows) {
    const verdict = of(row, Math.max(now, row.at));
    if (verdict === undefined) continue;
    const known = counts.get(verdict.word);
    if (known === undefined) counts.set(verdict.word, { verdict, count: 1 });
    else {
      known.count++;
      if (severity(verdict.tone) < severity(known.verdict.tone)) known.verdict = verdict;
    }
  }
  return [...counts.values()].sort((a, b) => severity(a.verdict.tone) - severity(b.verdict.tone) || b.count - a.count);
}
