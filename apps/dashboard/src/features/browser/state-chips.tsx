'use client';
import { useMemo } from 'react';
import { cn } from '#components/class-names.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import type { LiveListState } from '#features/kube/live-list.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { columnId } from './filter.ts';
import { isStateColumn, toneOfState } from './state-tone.ts';

const MOST = 7;

/** The number of rows in each state; a click filters by it. Renders nothing if there is only one state, or too many. */
export function StateChips({
  table,
  filter,
  onFilter,
}: {
  table: LiveListState<Row>;
  filter: string;
  onFilter: (filter: string) => void;
}) {
  const { items: rows, columns } = table;
  const index = columns.findIndex(({ name }) => isStateColumn(name));
  const column = columns[index];
  const states = useMemo(() => {
    const counts = new Map<string, number>();
    for (const row of index === -1 ? [] : rows) {
      const state = String(row.cells[index] ?? '');
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]);
  }, [rows, index]);
  if (column === undefined || states.length < 2 || states.length > MOST) return null;
  return (
    <fieldset className="flex min-w-0 items-center gap-1 overflow-x-auto">
      <legend className="sr-only">Filter by state</legend>
      {states.map(([state, count]) => {
        const term = `${columnId(column.name)}:${/\s/.test(state) ? `"${state.toLowerCase()}"` : state.toLowerCase()}`;
        const on = filter.includes(term);
        return (
          <button
            key={state}
            type="button"
            aria-pressed={on}
            onClick={() =>
              onFilter(on ? filter.replace(term, '').replace(/\s+/g, ' ').trim() : `${filter} ${term}`.trim())
            }
            className={cn(
              'flex h-6 shrink-0 items-center gap-1.5 rounded-md border px-2 text-xs hover:bg-hover max-sm:h-9',
              on && 'border-line-strong bg-active',
            )}
          >
            <StatusDot tone={toneOfState(state) ?? 'idle'}>{state || 'None'}</StatusDot>
            <span className="text-muted tabular-nums">{count.toLocaleString('en')}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
