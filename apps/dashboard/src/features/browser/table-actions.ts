import type { Action } from '#features/actions/action.ts';

/** The rows of a table, for moving between them. */
export interface RowsContext {
  move: (by: 1 | -1) => void;
}

export const rowActions: readonly Action<RowsContext>[] = [
  { id: 'table.next-row', label: 'Next row', group: 'page', keys: 'j', unlisted: true, run: ({ move }) => move(1) },
  {
    id: 'table.previous-row',
    label: 'Previous row',
    group: 'page',
    keys: 'k',
    unlisted: true,
    run: ({ move }) => move(-1),
  },
];

/** The bar above a table. */
export interface TableBarContext {
  focusFilter: () => void;
  /** Number of selected rows. */
  selected: number;
  clearSelection: () => void;
}

export const filterTable: Action<TableBarContext> = {
  id: 'table.filter',
  label: 'Filter',
  group: 'page',
  keys: '/',
  unlisted: true,
  run: ({ focusFilter }) => focusFilter(),
};

export const clearSelection: Action<TableBarContext> = {
  id: 'table.clear-selection',
  label: 'Clear the selection',
  group: 'page',
  keys: 'escape',
  unlisted: true,
  enabled: ({ selected }) => selected > 0,
  run: ({ clearSelection }) => clearSelection(),
};

export const tableBarActions = [filterTable, clearSelection];

export const chooseNamespaces: Action<{ open: () => void }> = {
  id: 'table.namespaces',
  label: 'Choose namespaces',
  group: 'page',
  keys: 'n',
  unlisted: true,
  run: ({ open }) => open(),
};
