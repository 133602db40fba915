'use client';
import { memo } from 'react';
import { deferred } from '#components/deferred.tsx';
import { formatInstant } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import type { Tone } from '#components/ui/tone.ts';
import { cellInstant, cellText, ticks } from '#features/kube/cells.ts';
import type { Cell, Column, Row } from '#features/kube/table-rows.ts';
import type { RowStates } from './row-state.ts';
import { isShort, isStateColumn, toneOfState } from './state-tone.ts';

export interface TableCellProps {
  column: Column;
  cell: Cell | undefined;
  row: Row;
  /** How to tell the state of the row. */
  states: RowStates;
}

// Its charts are not needed for the first paint.
const UsageCell = deferred(() => import('#features/metrics/usage-cell.tsx').then((module) => module.UsageCell));

/** One cell of a table; a state has a colour, and an age shows the exact time on hover. */
export const TableCell = memo(function TableCell(props: TableCellProps) {
  if (ticks(props.column)) return <TickingCell {...props} />;
  const { column, cell, row, states } = props;
  if (states.judged && (states.column === column || (states.column === undefined && column.name === 'Ready'))) {
    return <JudgedCell {...props} />;
  }
  if ((column.meaning === 'cpu' || column.meaning === 'memory') && typeof cell === 'number') {
    return <UsageCell row={row} amount={column.meaning} value={cell} />;
  }
  const words = cellText(column, cell, { row, now: 0 });
  if (isStateColumn(column.name)) {
    const tone = toneOfState(words);
    if (tone !== undefined) return <StatusDot tone={tone}>{words}</StatusDot>;
  }
  const nothing = words === '' || words === '<none>' || words === '<unset>';
  return (
    <span
      className={nothing ? 'text-faint' : isShort(words) && !row.cells.includes('Completed') ? 'text-warn' : undefined}
      title={words.length > 24 ? words : undefined}
    >
      {nothing ? '–' : words}
    </span>
  );
});

/** How often a row is judged again although nothing has changed, in milliseconds. */
const JUDGED_MS = 15_000;

/** The state of a row of a kind with rules, with its evidence on hover; in a column of counts, only its colour. */
function JudgedCell({ column, cell, row, states }: TableCellProps) {
  const at = useTicking((now) => Math.floor(now / JUDGED_MS) * JUDGED_MS);
  const verdict = states.of(row, Math.max(at, row.at));
  const words = cellText(column, cell, { row, now: at });
  if (verdict === undefined) return words;
  if (states.column !== undefined) {
    return (
      <span title={verdict.because} className="flex min-w-0">
        <StatusDot tone={verdict.tone}>{verdict.word}</StatusDot>
      </span>
    );
  }
  const why = verdict.because ?? verdict.word;
  return (
    <span className={counts[verdict.tone]} title={why}>
      {words}
      {verdict.tone !== 'ok' && <span className="sr-only">, {verdict.word}</span>}
    </span>
  );
}

const counts: Record<Tone, string | undefined> = {
  ok: undefined,
  info: 'text-info',
  warn: 'text-warn',
  bad: 'text-bad',
  idle: 'text-faint',
};

function TickingCell({ column, cell, row }: TableCellProps) {
  const words = useTicking((now) => cellText(column, cell, { row, now }));
  const instant = cellInstant(column, cell, row);
  return (
    <span
      className="tabular-nums"
      title={instant === undefined ? undefined : formatInstant(new Date(instant))}
      suppressHydrationWarning
    >
      {words === '' || words === '0' ? <span className="text-faint">{words || '–'}</span> : words}
    </span>
  );
}
