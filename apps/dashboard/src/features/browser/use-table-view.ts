'use client';
import { useDeferredValue, useMemo } from 'react';
import { useRules } from '#features/health/use-rules.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { LiveListState } from '#features/kube/live-list.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { arrange, parseSort, type Sort } from './arrange.ts';
import { type ColumnChoice, gridTemplate, type ShownColumn, shownColumns, titleColumn } from './column-layout.ts';
import { parseFilter } from './filter.ts';
import { type RowStates, rowStates } from './row-state.ts';

export interface TableView {
  rows: readonly Row[];
  /** Number of rows before filtering. */
  total: number;
  shown: readonly ShownColumn[];
  /** The column used as the title instead of the name. */
  title: ShownColumn | undefined;
  template: string;
  /** Whether the namespace has a column. */
  namespace: boolean;
  sort: Sort;
  states: RowStates;
}

export interface TableViewOptions {
  /** The kind of the rows. */
  resource: ApiResource;
  filter: string;
  /** As in the URL. */
  sort: string;
  namespaces: readonly string[];
  choice: ColumnChoice;
  /** Whether the namespace has a column. */
  namespaceColumn: boolean;
  select: boolean;
}

const NO_CHOICE = new Set<string>();

/** Filters, sorts and lays out rows. Typing in the filter never waits for them. */
export function useTableView(table: LiveListState<Row>, options: TableViewOptions): TableView {
  const { resource, choice, namespaceColumn, select } = options;
  const filter = useDeferredValue(options.filter);
  const namespaces = options.namespaces.join(',');
  const { items: rows, columns } = table;
  const within = useMemo(() => (namespaces === '' ? NO_CHOICE : new Set(namespaces.split(','))), [namespaces]);
  const sort = useMemo(() => parseSort(options.sort, columns), [options.sort, columns]);
  const rules = useRules();
  const states = useMemo(() => rowStates(resource, columns, rules?.rowJudge), [resource, columns, rules]);
  const arranged = useMemo(
    () =>
      arrange(rows, {
        columns,
        filter: parseFilter(filter, columns, states),
        sort,
        namespaces: within,
        states,
        now: Date.now(),
      }),
    [rows, columns, filter, sort, within, states],
  );
  const total = useMemo(
    () => (within.size === 0 ? rows.length : rows.filter(({ namespace }) => within.has(namespace)).length),
    [rows, within],
  );
  const shown = useMemo(() => shownColumns(columns, choice), [columns, choice]);
  const title = useMemo(() => titleColumn(columns), [columns]);
  // Widths are measured again only when the number of rows changes a lot, so that columns do not move at every change.
  const magnitude = Math.ceil(Math.log2(rows.length + 1));
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const template = useMemo(
    () => gridTemplate(rows, { shown, title, namespace: namespaceColumn, select, states }),
    [magnitude, shown, title, namespaceColumn, select, states],
  );
  return { rows: arranged, total, shown, title, template, namespace: namespaceColumn, sort, states };
}
