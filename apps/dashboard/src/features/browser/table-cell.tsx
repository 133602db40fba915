'use client';
import { memo } from 'react';
import { formatInstant } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { cellInstant, cellText, ticks } from '#features/kube/cells.ts';
import type { Cell, Column, Row } from '#features/kube/table-rows.ts';
import { isShort, isStateColumn, toneOfState } from './state-tone.ts';

export interface TableCellProps {
  column: Column;
  cell: Cell | undefined;
  row: Row;
}

/** One cell of a table; a state has a colour, and an age shows the exact time on hover. */
export const TableCell = memo(function TableCell(props: TableCellProps) {
  if (ticks(props.column)) return <TickingCell {...props} />;
  const { column, cell, row } = props;
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
