// biome-ignore-all lint/a11y/useSemanticElements: invisible rows are not rendered, which a <table> cannot lay out
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
'use client';
import { MoreHorizontal } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import { cn } from '#components/class-names.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { isRightAligned, type ShownColumn, titleOf } from './column-layout.ts';
import type { RowStates } from './row-state.ts';
import { isStateColumn } from './state-tone.ts';
import { TableCell } from './table-cell.tsx';

export interface TableRowProps {
  id: string;
  row: Row;
  /** Index among all rows, from 0. */
  index: number;
  /** Pixels from the top. */
  top: number;
  shown: readonly ShownColumn[];
  title: ShownColumn | undefined;
  states: RowStates;
  template: string;
  namespace: boolean;
  /** On a phone: a list instead of columns. */
  narrow: boolean;
  href: string;
  active: boolean;
  /** Undefined if rows cannot be selected. */
  selected: boolean | undefined;
  onSelect: (row: Row, how: { range: boolean }) => void;
  onActivate: (row: Row) => void;
  onMenu: ((row: Row, anchor: DOMRect) => void) | undefined;
}

const FLASH_MS = 1400;

/** Flashes softly after a change by a watch. */
function useFlash(changedAt: number) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (Date.now() - changedAt > FLASH_MS || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    ref.current?.animate([{ backgroundColor: 'var(--info-soft)' }, { backgroundColor: 'transparent' }], {
      duration: FLASH_MS,
      easing: 'ease-out',
    });
  }, [changedAt]);
  return ref;
}

/** One object in a table. */
export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { id, row, index, top, template, narrow, active, selected, onActivate } = props;
  const ref = useFlash(row.changedAt);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keyboard
    <div
      ref={ref}
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected ?? active}
      onClick={() => onActivate(row)}
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: narrow ? undefined : template }}
      className={cn(
        'absolute inset-x-0 top-0 border-b',
        narrow ? 'flex h-16 items-center gap-2 pr-2 pl-4' : 'grid h-8 items-center',
        active || selected ? 'bg-accent-soft' : 'hover:bg-hover',
        active && 'shadow-[inset_3px_0_0_var(--accent)]',
        row.deleting && 'text-muted',
      )}
    >
      {narrow ? <NarrowCells {...props} /> : <WideCells {...props} />}
      <div role="gridcell" className="flex items-center justify-center">
        <MenuButton {...props} />
      </div>
    </div>
  );
});

function WideCells({ row, shown, states, title, namespace, href, selected, onSelect }: TableRowProps) {
  return (
    <>
      {selected !== undefined && (
        <div role="gridcell" className="flex items-center justify-center">
          <input
            type="checkbox"
            aria-label={`Select ${row.name}`}
            checked={selected}
            onChange={(event) => onSelect(row, { range: (event.nativeEvent as MouseEvent).shiftKey })}
            onClick={(event) => event.stopPropagation()}
            className="size-3.5 accent-(--accent)"
          />
        </div>
      )}
      <div role="gridcell" className={cn('min-w-0 truncate px-3', selected === undefined && 'pl-4')}>
        <NameLink row={row} href={href} title={title} />
      </div>
      {namespace && (
        <div role="gridcell" className="min-w-0 truncate px-3 text-muted">
          {row.namespace}
        </div>
      )}
      {shown.map(({ column, index }) => (
        <div
          key={column.name}
          role="gridcell"
          className={cn('min-w-0 truncate px-3', isRightAligned(column) && 'text-right')}
        >
          <TableCell column={column} cell={row.cells[index]} row={row} states={states} />
        </div>
      ))}
    </>
  );
}

/** On a phone: the name and its state, and below them the other short values. */
function NarrowCells({ row, shown, states, title, namespace, href }: TableRowProps) {
  const state = shown.find(({ column, index }) => isStateColumn(column.name) && typeof row.cells[index] !== 'number');
  const message = shown.find(({ column }) => column.name === 'Message');
  const rest = message === undefined ? shown.filter((column) => column !== state).slice(0, 4) : [message];
  return (
    <div role="gridcell" className="min-w-0 flex-1">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate">
          <NameLink row={row} href={href} title={title} />
        </span>
        {state !== undefined && (
          <span className="max-w-48 shrink-0 truncate">
            <TableCell column={state.column} cell={row.cells[state.index]} row={row} states={states} />
          </span>
        )}
      </div>
      <div className="truncate text-muted text-xs">
        {namespace && <span className="mr-3">{row.namespace}</span>}
        {rest.map(({ column, index }) => (
          <span key={column.name} className="mr-3">
            {/* A plain space would count as moved when values that come later push it over the edge. */}
            {column !== message?.column && <span className="text-faint">{`${column.name}\u00A0`}</span>}
            {/* What a pod uses comes after the pods: its place is kept, so that it moves nothing. */}
            <span className={column.meaning === 'cpu' ? 'inline-block min-w-[5ch]' : undefined}>
              <TableCell column={column} cell={row.cells[index]} row={row} states={states} />
            </span>
          </span>
        ))}
      </div>
    </div>
  );
}

/** A plain link, which the grid navigates to: `Link` does too much work for each row that scrolls into view. */
function NameLink({ row, href, title }: { row: Row; href: string; title: ShownColumn | undefined }) {
  const name = titleOf(row, title);
  return (
    <a
      data-row-link
      href={href}
      title={name.length > 40 ? name : undefined}
      className={cn(
        'rounded-sm font-medium hover:underline hover:underline-offset-3',
        row.deleting && 'line-through decoration-faint',
      )}
    >
      {name}
    </a>
  );
}

function MenuButton({ row, onMenu }: TableRowProps) {
  if (onMenu === undefined) return null;
  return (
    <button
      type="button"
      aria-label={`Actions for ${row.name}`}
      aria-haspopup="menu"
      onClick={(event) => onMenu(row, event.currentTarget.getBoundingClientRect())}
      className="inline-flex size-6 items-center justify-center rounded-md text-faint hover:bg-active hover:text-ink max-md:size-9"
    >
      <MoreHorizontal className="size-4" aria-hidden />
    </button>
  );
}
