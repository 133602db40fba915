import { compareValues, sortValue } from '#features/kube/cells.ts';
import type { Column, Row } from '#features/kube/table-rows.ts';
import { columnId, type RowFilter } from './filter.ts';
import { type RowStates, stateKey } from './row-state.ts';

export interface Sort {
  /** `name`, `namespace`, or a column's id. */
  by: string;
  descending: boolean;
}

/** Parses the URL's sort order: `age`, `-restarts`. Default: by namespace and name, or the latest first for events. */
export function parseSort(written: string, columns: readonly Column[]): Sort {
  if (written !== '') return { by: written.replace(/^-/, ''), descending: written.startsWith('-') };
  const happening = columns.find(({ name }) => name === 'Last Seen');
  return { by: happening === undefined ? 'namespace' : columnId(happening.name), descending: false };
}

export const writeSort = ({ by, descending }: Sort): string => (descending ? `-${by}` : by);

/** The rows to show, in order. */
export function arrange(
  rows: readonly Row[],
  how: {
    columns: readonly Column[];
    filter: RowFilter;
    sort: Sort;
    namespaces: ReadonlySet<string>;
    /** Sorts the column of the state by severity. */
    states?: RowStates;
    now: number;
  },
): Row[] {
  const { columns, filter, sort, namespaces, states, now } = how;
  const kept = rows.filter((row) => (namespaces.size === 0 || namespaces.has(row.namespace)) && filter(row, now));
  const index = columns.findIndex(({ name }) => columnId(name) === sort.by);
  const column = columns[index];
  const direction = sort.descending ? -1 : 1;
  if (sort.by === 'namespace' || (column === undefined && sort.by !== 'name')) {
    return kept.sort((a, b) => direction * compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
  }
  if (sort.by === 'name' || column === undefined) {
    return kept.sort((a, b) => direction * compareText(a.name, b.name) || compareText(a.namespace, b.namespace));
  }
  // Each value is computed once, not at each comparison.
  const byState = states !== undefined && states.column === column ? states : undefined;
  const keyed = kept.map((row) => ({
    row,
    value: byState === undefined ? sortValue(column, row.cells[index], row) : stateKey(byState, row, now),
  }));
  keyed.sort(
    (a, b) =>
      compareValues(a.value, b.value, sort.descending) ||
      compareText(a.row.namespace, b.row.namespace) ||
      compareText(a.row.name, b.row.name),
  );
  return keyed.map(({ row }) => row);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
