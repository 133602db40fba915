'use client';
import { Columns3, ListFilter, X } from 'lucide-react';
import { useRef } from 'react';
import { deferred } from '#components/deferred.tsx';
import { ariaKeys } from '#components/keys/aria-keys.ts';
import { IconButton } from '#components/ui/icon-button.tsx';
import { Input } from '#components/ui/input.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu, MenuCheckItem, MenuItem, MenuLabel, MenuSeparator } from '#components/ui/menu.tsx';
import { type BoundAction, bindAction } from '#features/actions/action.ts';
import { ActionButton, ActionIconButton } from '#features/actions/action-button.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { FreshnessLine } from '#features/freshness/freshness-line.tsx';
import { type ApiResource, can, pluralOf } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import type { Row } from '#features/kube/table-rows.ts';
import type { UsedList } from '#features/kube/use-live-list.ts';
import { type ColumnChoice, isShown } from './column-layout.ts';
import { createFromYaml } from './create-actions.ts';
import { clearSelection, filterTable, tableBarActions } from './table-actions.ts';
import type { TableView } from './use-table-view.ts';

// They count what is not there before the data.
const StateChips = deferred(() => import('./state-chips.tsx').then((module) => module.StateChips));

export interface TableToolbarProps {
  cluster: ClusterRef;
  resource: ApiResource;
  table: UsedList<Row>;
  view: TableView;
  namespaces: readonly string[];
  filter: string;
  onFilter: (filter: string) => void;
  choice: ColumnChoice;
  onChoose: (choice: ColumnChoice) => void;
  selected: number;
  /** Actions on the selected rows. */
  forSelected: readonly BoundAction[];
  /** Actions on all rows shown. */
  forShown: readonly BoundAction[];
  onClear: () => void;
}

export function TableToolbar(props: TableToolbarProps) {
  const { cluster, resource, table, view, namespaces, filter, onFilter, selected, forSelected, forShown, onClear } =
    props;
  const field = useRef<HTMLInputElement>(null);
  const bar = { focusFilter: () => field.current?.focus(), selected, clearSelection: onClear };
  useActions(tableBarActions, bar);
  const creation = bindAction(createFromYaml, { ref: cluster, namespaces: namespaces.join(','), resource });
  const { state } = table.freshness;
  const known = state !== 'denied' && state !== 'failed' && (state !== 'loading' || view.total > 0);
  return (
    <div className="flex flex-col gap-2 border-b px-4 pt-3 pb-2.5">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 truncate font-semibold text-base">{pluralOf(resource)}</h1>
        {known && (
          <span className="text-muted tabular-nums" aria-live="off">
            {filter === ''
              ? view.total.toLocaleString('en')
              : `${view.rows.length.toLocaleString('en')} of ${view.total.toLocaleString('en')}`}
          </span>
        )}
        <div className="ml-auto flex items-center gap-2 max-sm:w-full">
          <Input
            ref={field}
            type="search"
            aria-label="Filter"
            aria-keyshortcuts={ariaKeys(filterTable.keys)}
            placeholder="Filter"
            title="Words, -word, app=web, status:running, restarts>3, age<1h"
            autoComplete="off"
            spellCheck={false}
            className="w-64 max-sm:flex-1"
            leading={<ListFilter aria-hidden />}
            trailing={
              filter === '' ? (
                <span className="pr-1 max-sm:hidden">
                  <Kbd keys={filterTable.keys} />
                </span>
              ) : (
                <IconButton size="sm" label="Clear the filter" onClick={() => onFilter('')}>
                  <X aria-hidden />
                </IconButton>
              )
            }
            value={filter}
            onChange={(event) => onFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') onFilter('');
              if (event.key === 'Escape' || event.key === 'Enter' || event.key === 'ArrowDown') {
                event.preventDefault();
                document.querySelector<HTMLElement>('main [data-grid]')?.focus();
              }
            }}
          />
          <ActionButton action={{ ...creation, label: 'Create', enabled: can(resource, 'create') }} />
          {forShown.map((action) => (
            <ActionIconButton key={action.id} action={action} />
          ))}
          <ColumnsMenu {...props} />
          <ShowKubectl commands={commandsOf(resource, { namespaces, filter })} />
        </div>
      </div>
      {/* As high with chips as without, so that the table below stays where it is. */}
      <div className="flex min-h-7 min-w-0 flex-wrap items-center gap-x-3 gap-y-1 max-sm:min-h-9">
        <FreshnessLine freshness={table.freshness} onRetry={table.retry} className="max-w-full" />
        {selected > 0 ? (
          <>
            <span className="font-medium tabular-nums">{selected.toLocaleString('en')} selected</span>
            {forSelected.map((action) => (
              <ActionButton key={action.id} size="sm" action={action} />
            ))}
            <ActionButton size="sm" variant="ghost" action={bindAction(clearSelection, bar)} />
          </>
        ) : (
          <StateChips table={table} states={view.states} filter={filter} onFilter={onFilter} />
        )}
      </div>
    </div>
  );
}

function ColumnsMenu({ table, choice, onChoose }: TableToolbarProps) {
  const columns = table.columns.filter(({ meaning }) => meaning !== 'name');
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label="Columns"
          title="Columns"
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink max-md:hidden"
        >
          <Columns3 className="size-4" aria-hidden />
        </button>
      }
    >
      <MenuLabel>Columns</MenuLabel>
      {columns.map((column) => (
        <MenuCheckItem
          key={column.name}
          checked={isShown(column, choice)}
          onCheckedChange={(checked) => onChoose({ ...choice, [column.name]: checked })}
          onSelect={(event) => event.preventDefault()}
        >
          {column.name}
        </MenuCheckItem>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => onChoose(Object.fromEntries(columns.map(({ name }) => [name, true])))}>
        All (-o wide)
      </MenuItem>
      <MenuItem onSelect={() => onChoose({})}>Reset</MenuItem>
    </Menu>
  );
}

function commandsOf(resource: ApiResource, view: { namespaces: readonly string[]; filter: string }) {
  const kind = kubectlKind(resource);
  const labels = view.filter.split(/\s+/).filter((term) => /^[\w./-]+!?=[\w.-]*$/.test(term) && !term.startsWith('-'));
  const selector = labels.length === 0 ? [] : ['-l', labels.join(',')];
  const places = !resource.namespaced
    ? [[]]
    : view.namespaces.length === 0
      ? [['-A']]
      : view.namespaces.map(namespaceFlag);
  const lines = (...more: string[]) =>
    places.map((place) => commandLine('kubectl', 'get', kind, ...place, ...selector, ...more)).join('\n');
  return [
    { label: 'List them', command: lines('-o', 'wide') },
    { label: 'Watch them', command: lines('--watch') },
    { label: 'What the fields mean', command: commandLine('kubectl', 'explain', kind) },
  ];
}
