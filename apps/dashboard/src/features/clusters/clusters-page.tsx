'use client';
import { Plus, Search } from 'lucide-react';
import { useRef } from 'react';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Input } from '#components/ui/input.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { Page } from '#components/ui/page.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { addCluster } from '#features/address/go-actions.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { LastKnown } from '#features/freshness/last-known.tsx';
import { Link } from '#features/router/link.tsx';
import { fitsFilter, toggleWord } from './cluster-filter.ts';
import { filterClusters } from './cluster-list-actions.ts';
import { ClusterTable } from './cluster-table.tsx';
import { ConnectCard } from './connect-card.tsx';
import { useClusters } from './use-clusters.ts';

const offered = [filterClusters];

export function ClustersPage() {
  const organization = useOrganization();
  const clusters = useClusters(organization);
  const [filter, setFilter] = useQueryValue('q');
  const input = useRef<HTMLInputElement>(null);
  useActions(offered, { focusFilter: () => input.current?.focus() });

  return (
    <Page
      title="Clusters"
      actions={
        <>
          <Input
            ref={input}
            type="search"
            className="w-64 max-sm:w-auto max-sm:flex-1"
            leading={<Search aria-hidden />}
            trailing={
              <span className="pr-1.5 max-sm:hidden">
                <Kbd keys={filterClusters.keys} />
              </span>
            }
            aria-label="Filter clusters"
            placeholder="Name, team=payments…"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
          <Button asChild variant="primary">
            <Link href={addCluster.href({ organization, cluster: undefined })}>
              <Plus aria-hidden /> {addCluster.label}
            </Link>
          </Button>
        </>
      }
    >
      <LastKnown at={clusters.dataUpdatedAt} live>
        <Clusters organization={organization} clusters={clusters} filter={filter} onFilter={setFilter} />
      </LastKnown>
    </Page>
  );
}

interface ClustersProps {
  organization: string;
  clusters: ReturnType<typeof useClusters>;
  filter: string;
  onFilter: (filter: string) => void;
}

function Clusters({ organization, clusters, filter, onFilter }: ClustersProps) {
  const all = clusters.data;
  if (all === undefined) {
    if (clusters.error === null) return <ListSkeleton />;
    return (
      <ErrorState
        title="The clusters could not be loaded."
        retrying="Retrying every ten seconds."
        onRetry={() => void clusters.refetch()}
      >
        {clusters.error.message}
      </ErrorState>
    );
  }
  const own = all.filter((cluster) => !cluster.demo);
  const shown = all.filter((cluster) => fitsFilter(cluster, filter));
  return (
    <div className="flex flex-col gap-4">
      {all.length > 0 && shown.length === 0 && (
        <EmptyState
          title="No clusters match the filter"
          action={<Button onClick={() => onFilter('')}>Clear the filter</Button>}
        >
          {all.length === 1 ? 'There is one cluster' : `There are ${all.length} clusters`} in this organization.
        </EmptyState>
      )}
      {shown.length > 0 && (
        <ClusterTable
          organization={organization}
          clusters={shown}
          onLabel={(label) => onFilter(toggleWord(filter, label))}
        />
      )}
      {own.length === 0 && <ConnectCard organization={organization} demo={all.some(({ demo }) => demo)} />}
    </div>
  );
}

function ListSkeleton() {
  return (
    <div role="status" aria-label="Loading clusters" className="rounded-lg border bg-surface">
      {['w-24', 'w-36', 'w-28'].map((width) => (
        <div key={width} className="flex h-14 items-center gap-6 border-b px-4 last:border-b-0">
          <Skeleton className={width} />
          <Skeleton className="w-20" />
          <Skeleton className="ml-auto w-16" />
        </div>
      ))}
    </div>
  );
}
