'use client';
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { deferred } from '#components/deferred.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import { bindAction, neededBy } from '#features/actions/action.ts';
import { useActions } from '#features/actions/use-actions.ts';
import { objectHref } from '#features/address/kind-href.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { DIMMED, isDoubtful } from '#features/freshness/freshness.ts';
import { useShownFreshness } from '#features/freshness/use-shown-freshness.ts';
import { type ApiResource, can, pluralOf, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { tableRows } from '#features/kube/list-format.ts';
import { MOST_NAMESPACES } from '#features/kube/live-list.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { useLiveCount } from '#features/kube/use-kube-count.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { UsageChartsContext } from '#features/metrics/usage-charts.ts';
import { USAGE_COLUMNS } from '#features/metrics/usage-columns.ts';
import { useUsageTable } from '#features/metrics/use-usage-table.ts';
import { useRights } from '#features/rights/use-rights.ts';
import { navigate } from '#features/router/address-bar.ts';
import type { Asked } from '#features/workloads/asked.ts';
import { AskedHost } from '#features/workloads/asked-host.tsx';
import { writeSort } from './arrange.ts';
import { useColumnChoice } from './column-choice.ts';
import { isShown } from './column-layout.ts';
import { splitNamespaces } from './namespace-choice.ts';
import { ResourceTable } from './resource-table.tsx';
import { type RowContext, rowMenuActions, selectionActions } from './row-menu-actions.ts';
import { openShownLogs, useLogsAddress } from './shown-logs.ts';
import { rowActions } from './table-actions.ts';
import { TableToolbar } from './table-toolbar.tsx';
import { useSelection } from './use-selection.ts';
import { useTableView } from './use-table-view.ts';

// What the first paint of a table with rows does not need. The page takes no keys while a layer opens, unless it fails.
const opening = { placeholder: <OpeningLayer />, failed: null };
const RowMenu = deferred(() => import('./row-menu.tsx').then((module) => module.RowMenu), opening);
const DeleteDialog = deferred(() => import('./delete-dialog.tsx').then((module) => module.DeleteDialog), opening);
const NarrowedNote = deferred(() => import('./table-states.tsx').then((module) => module.NarrowedNote));
const TableEmpty = deferred(() => import('./table-states.tsx').then((module) => module.TableEmpty));
// Only for clusters without metrics.
const UsageNote = deferred(() => import('#features/metrics/usage-note.tsx').then((module) => module.UsageNote));

/** All objects of a kind, live, with filter, sorting, choice of columns, and actions on one or many. */
export function KindTable({ cluster, resource }: { cluster: ClusterRef; resource: ApiResource }) {
  const [ns] = useQueryValue('ns');
  const [sort, setSort] = useQueryValue('sort');
  const [filter, setFilter] = useFilter();
  const namespaces = useMemo(() => (resource.namespaced ? splitNamespaces(ns) : []), [resource, ns]);
  const live = useLiveList({ ref: cluster, resource, format: tableRows, namespaces, narrows: true });
  const [choice, choose] = useColumnChoice(resourceId(resource));
  const shown = USAGE_COLUMNS.some((column) => isShown(column, choice));
  const usage = useUsageTable(live, { ref: cluster, resource, namespaces, shown });
  const table = useDeferredValue(usage.table);
  const deletable = can(resource, 'delete');
  const namespaceColumn = resource.namespaced && namespaces.length !== 1;
  const counted = live.loaded && !live.truncated && live.narrowed === undefined && namespaces.length <= MOST_NAMESPACES;
  useLiveCount({ ref: cluster, resource, namespaces }, counted ? live.items.length : undefined);
  const view = useTableView(table, { resource, filter, sort, namespaces, choice, namespaceColumn, select: deletable });
  const selection = useSelection(view.rows);
  const [activeKey, setActiveKey] = useState<string>();
  const [menu, setMenu] = useState<{ row: Row; anchor: DOMRect }>();
  const [asked, setAsked] = useState<Asked>();
  const [deleting, setDeleting] = useState<readonly ObjectRef[]>([]);

  const hrefOf = useCallback((row: Row) => objectHref(cluster, resource, row), [cluster, resource]);
  const targetOf = ({ namespace, name, controller }: Row): ObjectRef => ({
    ref: cluster,
    resource,
    namespace,
    name,
    controller,
  });
  const onActivate = useCallback((row: Row) => setActiveKey(row.key), []);
  const onMenu = useCallback((row: Row, anchor: DOMRect) => setMenu({ row, anchor }), []);
  const onOpen = (row: Row) => navigate(hrefOf(row));

  const activeIndex = view.rows.findIndex(({ key }) => key === activeKey);
  const active = view.rows[activeIndex];
  const move = (step: 1 | -1) => {
    const next = view.rows[Math.max(0, Math.min(view.rows.length - 1, activeIndex + step))];
    if (next !== undefined) setActiveKey(next.key);
    document.querySelector<HTMLElement>('main [data-grid]')?.focus({ preventScroll: true });
  };
  /** The context of actions on one row, and on the selected rows if there are any. */
  const contextOf = (row: Row | undefined, ticked: readonly Row[]): RowContext => ({
    target: row && targetOf(row),
    chosen: (ticked.length === 0 && row !== undefined ? [row] : ticked).map(targetOf),
    showYaml: (target) => navigate(`${objectHref(cluster, resource, target)}?tab=yaml`),
    askToDelete: setDeleting,
    ask: setAsked,
    showRevisions: (target) => navigate(`${objectHref(cluster, resource, target)}?tab=revisions`),
  });
  const context = contextOf(active, selection.selected);
  const ofMenu = menu && contextOf(menu.row, []);
  const rights = useRights([context, ...(ofMenu ? [ofMenu] : [])].flatMap((one) => neededBy(rowMenuActions, one)));
  useActions(rowActions, { move });
  useActions(rowMenuActions, context, rights);
  const shownPods = { ref: cluster, namespaces, filter, rows: view.rows };
  useLogsAddress(cluster, resource, namespaces);

  const { freshness } = table;
  const doubtful = isDoubtful(useShownFreshness(freshness));
  return (
    <div className="flex h-full flex-col">
      <TableToolbar
        cluster={cluster}
        resource={resource}
        table={table}
        view={view}
        namespaces={namespaces}
        filter={filter}
        onFilter={setFilter}
        choice={choice}
        onChoose={choose}
        selected={selection.selected.length}
        forSelected={selectionActions.map((action) => bindAction(action, context, rights))}
        forShown={resourceId(resource) === 'pods' ? [bindAction(openShownLogs, shownPods)] : []}
        onClear={() => selection.onSelectAll(false)}
      />
      {table.narrowed !== undefined && <NarrowedNote narrowed={table.narrowed} />}
      {usage.none !== undefined && (
        <UsageNote
          reason={usage.none}
          onHide={() => choose({ ...choice, ...Object.fromEntries(USAGE_COLUMNS.map(({ name }) => [name, false])) })}
        />
      )}
      <UsageChartsContext value={usage.charts}>
        <ResourceTable
          label={pluralOf(resource)}
          view={view}
          onSort={(next) => setSort(writeSort(next))}
          hrefOf={hrefOf}
          activeKey={activeKey}
          onActivate={onActivate}
          onOpen={onOpen}
          selection={deletable ? selection : undefined}
          onMenu={onMenu}
          loading={freshness.state === 'loading'}
          empty={
            <TableEmpty
              table={table}
              resource={resource}
              namespaces={namespaces}
              filter={filter}
              onClearFilter={() => setFilter('')}
            />
          }
          className={cn('min-h-0 flex-1 transition-[filter]', doubtful && DIMMED)}
        />
      </UsageChartsContext>
      {menu !== undefined && ofMenu !== undefined && (
        <RowMenu context={ofMenu} rights={rights} anchor={menu.anchor} onClose={() => setMenu(undefined)} />
      )}
      <AskedHost asked={asked} onClose={() => setAsked(undefined)} />
      {deleting.length > 0 && (
        <DeleteDialog
          targets={deleting}
          onClose={() => setDeleting([])}
          onDeleted={() => selection.onSelectAll(false)}
        />
      )}
    </div>
  );
}

/** The filter; applied to the page at once, and to the URL a moment later. */
function useFilter(): [string, (filter: string) => void] {
  const [written, setWritten] = useQueryValue('q');
  const [filter, setFilter] = useState(written);
  useEffect(() => {
    if (filter === written) return;
    const timer = setTimeout(() => setWritten(filter), 250);
    return () => clearTimeout(timer);
  }, [filter, written, setWritten]);
  return [filter, setFilter];
}
