'use client';
import { useCallback, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Card } from '#components/ui/card.tsx';
import { objectHref } from '#features/address/kind-href.ts';
import { useClusterRef } from '#features/address/use-cluster-ref.ts';
import { writeSort } from '#features/browser/arrange.ts';
import { ResourceTable } from '#features/browser/resource-table.tsx';
import { TableEmpty } from '#features/browser/table-states.tsx';
import { useTableView } from '#features/browser/use-table-view.ts';
import { DIMMED, isDoubtful } from '#features/freshness/freshness.ts';
import { FreshnessLine } from '#features/freshness/freshness-line.tsx';
import { useShownFreshness } from '#features/freshness/use-shown-freshness.ts';
import { type ApiResource, findResource } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { tableRows } from '#features/kube/list-format.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { navigate } from '#features/router/address-bar.ts';
import type { Section } from './describe/facts.ts';

type Pods = Extract<Section, { type: 'pods' }>;

/** The pods of a workload, a service or a node, live. */
export function PodsSection({ section }: { section: Pods }) {
  const ref = useClusterRef();
  const { data } = useDiscovery(ref);
  const pods = findResource(data?.resources ?? [], 'pods');
  return pods === undefined ? null : <PodTable cluster={ref} pods={pods} section={section} />;
}

const NO_CHOICE = {};

function PodTable({ cluster, pods, section }: { cluster: ClusterRef; pods: ApiResource; section: Pods }) {
  const { title, namespace, labelSelector, fieldSelector } = section;
  const namespaces = namespace === '' ? [] : [namespace];
  const table = useLiveList({
    ref: cluster,
    resource: pods,
    format: tableRows,
    namespaces,
    labelSelector,
    fieldSelector,
    narrows: true,
  });
  const doubtful = isDoubtful(useShownFreshness(table.freshness));
  const [sort, setSort] = useState('');
  const [activeKey, setActiveKey] = useState<string>();
  const view = useTableView(table, {
    resource: pods,
    filter: '',
    sort,
    namespaces: [],
    choice: NO_CHOICE,
    namespaceColumn: namespace === '',
    select: false,
  });
  const hrefOf = useCallback((row: Row) => objectHref(cluster, pods, row), [cluster, pods]);
  const height = Math.min(Math.max(view.rows.length, 2), 12) * 32 + 33;
  return (
    <Card
      title={
        <>
          {title}{' '}
          <span className="font-normal text-muted tabular-nums">
            {view.total > 0 && view.total.toLocaleString('en')}
          </span>
        </>
      }
      aside={<FreshnessLine freshness={table.freshness} onRetry={table.retry} />}
      bodyClassName="px-0 pb-0"
    >
      <div
        style={view.rows.length === 0 && table.freshness.state !== 'loading' ? undefined : { height }}
        className="-mb-px max-md:h-80!"
      >
        <ResourceTable
          label={title}
          view={view}
          onSort={(next) => setSort(writeSort(next))}
          hrefOf={hrefOf}
          activeKey={activeKey}
          onActivate={(row) => setActiveKey(row.key)}
          onOpen={(row) => navigate(hrefOf(row))}
          loading={table.freshness.state === 'loading'}
          empty={
            <TableEmpty
              table={table}
              resource={pods}
              namespaces={namespaces}
              filter=""
              onClearFilter={() => undefined}
            />
          }
          className={cn('h-full rounded-b-lg transition-[filter]', doubtful && DIMMED)}
        />
      </div>
    </Card>
  );
}
