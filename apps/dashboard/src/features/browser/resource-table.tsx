// biome-ignore-all lint/a11y/useSemanticElements: invisible rows are not rendered, which a <table> cannot lay out
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { cn } from '#components/class-names.ts';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { NARROW, useMedia } from '#components/use-media.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { navigate } from '#features/router/address-bar.ts';
import { isPlainClick } from '#features/router/link.tsx';
import type { Sort } from './arrange.ts';
import { isRightAligned } from './column-layout.ts';
import { columnId } from './filter.ts';
import { TableRow } from './table-row.tsx';
import type { TableView } from './use-table-view.ts';

export interface ResourceTableProps {
  /** Describes the rows, for screen readers. */
  label: string;
  view: TableView;
  onSort: (sort: Sort) => void;
  hrefOf: (row: Row) => string;
  activeKey: string | undefined;
  onActivate: (row: Row) => void;
  onOpen: (row: Row) => void;
  /** Leave out if rows cannot be selected. */
  selection?: Selection | undefined;
  onMenu?: ((row: Row, anchor: DOMRect) => void) | undefined;
  /** Rows are loading: shows skeletons. */
  loading?: boolean;
  /** Shown if there are no rows. */
  empty?: ReactNode;
  className?: string;
}

interface Selection {
  keys: ReadonlySet<string>;
  onSelect: (row: Row, how: { range: boolean }) => void;
  onSelectAll: (all: boolean) => void;
}

const ROW = 32;
const NARROW_ROW = 64;
const SKELETONS = 14;

/** A table of any kind and any length: only visible rows are rendered. */
export function ResourceTable(props: ResourceTableProps) {
  const { label, view, hrefOf, activeKey, onActivate, onOpen, selection, onMenu } = props;
  const { rows, shown, title, states, template, namespace } = view;
  const narrow = useMedia(NARROW);
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const height = narrow ? NARROW_ROW : ROW;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    scrollPaddingStart: narrow ? 0 : ROW,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes must be measured again when the row height changes
  useEffect(() => virtual.measure(), [height]);
  const activeIndex = activeKey === undefined ? -1 : rows.findIndex(({ key }) => key === activeKey);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only moving scrolls, not added or removed rows
  useEffect(() => {
    if (activeIndex !== -1) virtual.scrollToIndex(activeIndex, { align: 'auto' });
  }, [activeKey]);

  function onClick(event: MouseEvent) {
    if (!isPlainClick(event)) return;
    const link = event.target instanceof Element ? event.target.closest('a[data-row-link]') : null;
    const href = link?.getAttribute('href');
    if (href === null || href === undefined) return;
    event.preventDefault();
    navigate(href);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.target !== event.currentTarget) return;
    const last = rows.length - 1;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 2);
    const steps: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex === -1 ? 0 : activeIndex - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
      Home: 0,
      End: last,
    };
    const step = steps[event.key];
    const active = rows[activeIndex];
    if (step !== undefined) {
      event.preventDefault();
      const row = rows[Math.max(0, Math.min(last, step))];
      if (row !== undefined) onActivate(row);
    } else if (event.key === 'Enter' && active !== undefined) onOpen(active);
    else if (event.key === ' ' && active !== undefined && selection !== undefined) {
      event.preventDefault();
      selection.onSelect(active, { range: event.shiftKey });
    }
  }

  const items = virtual.getVirtualItems();
  const columns = shown.length + (namespace ? 1 : 0) + (selection === undefined ? 0 : 1) + 2;
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={narrow ? 2 : columns}
      aria-multiselectable={selection !== undefined || undefined}
      aria-activedescendant={items.some(({ index }) => index === activeIndex) ? `${id}-${activeIndex}` : undefined}
      aria-busy={props.loading || undefined}
      tabIndex={0}
      data-grid
      onClick={onClick}
      onKeyDown={onKeyDown}
      className={cn(
        // Its active row shows where the focus is; a ring around everything would only distract from that.
        'relative overflow-auto focus-visible:outline-offset-[-2px] aria-[activedescendant]:outline-none',
        props.className,
      )}
    >
      <div role="presentation" className="relative min-w-full" style={narrow ? undefined : { width: 'max-content' }}>
        <Head {...props} narrow={narrow} />
        {props.loading && rows.length === 0 && <Skeletons template={template} narrow={narrow} />}
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <TableRow
                key={item.key}
                id={`${id}-${item.index}`}
                row={row}
                index={item.index}
                top={item.start}
                shown={shown}
                title={title}
                states={states}
                template={template}
                namespace={namespace}
                narrow={narrow}
                href={hrefOf(row)}
                active={item.index === activeIndex}
                selected={selection === undefined ? undefined : selection.keys.has(row.key)}
                onSelect={selection?.onSelect ?? nothing}
                onActivate={onActivate}
                onMenu={onMenu}
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && !props.loading && <div className="sticky left-0">{props.empty}</div>}
    </div>
  );
}

const nothing = () => undefined;

function Head(props: ResourceTableProps & { narrow: boolean }) {
  const { view, onSort, selection, narrow } = props;
  const { rows, shown, title, template, namespace, sort } = view;
  if (narrow) {
    return (
      <div role="rowgroup" className="sr-only">
        <div role="row" aria-rowindex={1}>
          <span role="columnheader">Object</span>
          <span role="columnheader">Actions</span>
        </div>
      </div>
    );
  }
  // The names come with the first rows. Until then, none that would move.
  if (props.loading && shown.length === 0) return <div aria-hidden className="h-8 border-b bg-surface" />;
  const all = selection !== undefined && rows.length > 0 && selection.keys.size >= rows.length;
  const names = [
    title?.column.name ?? 'Name',
    ...(namespace ? ['Namespace'] : []),
    ...shown.map(({ column }) => column.name),
  ];
  const columns = new Map(shown.map(({ column }) => [column.name, column]));
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b bg-surface">
      <div role="row" aria-rowindex={1} className="grid h-8 items-center" style={{ gridTemplateColumns: template }}>
        {selection !== undefined && (
          <div role="columnheader" className="flex items-center justify-center">
            <input
              type="checkbox"
              aria-label="Select all"
              checked={all}
              ref={(box) => {
                if (box !== null) box.indeterminate = !all && selection.keys.size > 0;
              }}
              onChange={() => selection.onSelectAll(!all)}
              className="size-3.5 accent-(--accent)"
            />
          </div>
        )}
        {names.map((name) => {
          const by = columnId(name);
          const sorted = sort.by === by;
          const Arrow = sort.descending ? ArrowDown : ArrowUp;
          const column = columns.get(name);
          return (
            <div
              key={name}
              role="columnheader"
              aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
              className="min-w-0"
            >
              <button
                type="button"
                title={column?.description || undefined}
                onClick={() => onSort({ by, descending: sorted ? !sort.descending : false })}
                className={cn(
                  'flex h-8 w-full min-w-0 items-center gap-1 px-3 text-left text-faint text-xs hover:text-ink focus-visible:outline-offset-[-2px]',
                  name === names[0] && selection === undefined && 'pl-4',
                  column !== undefined && isRightAligned(column) && 'justify-end',
                )}
              >
                <span className="truncate">{name}</span>
                {sorted && <Arrow className="size-3 shrink-0" aria-hidden />}
              </button>
            </div>
          );
        })}
        <div role="columnheader">
          <span className="sr-only">Actions</span>
        </div>
      </div>
    </div>
  );
}

function Skeletons({ template, narrow }: { template: string; narrow: boolean }) {
  const columns = template.split(/ (?![^(]*\))/).length;
  return (
    <div aria-hidden>
      {Array.from({ length: SKELETONS }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: all rows of a skeleton are alike
          key={row}
          className={cn('border-b', narrow ? 'flex h-16 flex-col justify-center gap-2 px-4' : 'grid h-8 items-center')}
          style={narrow ? undefined : { gridTemplateColumns: template }}
        >
          {Array.from({ length: narrow ? 2 : columns - 1 }, (_, column) => (
            <Skeleton
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              key={column}
              className={cn('mx-3 h-3 max-md:mx-0', (row + column) % 3 === 0 ? 'max-w-40' : 'max-w-24')}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
