'use client';
import type { Cluster } from '@postern/contracts';
import { useRef } from 'react';
import { href } from '#components/href.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import { Tooltip } from '#components/ui/tooltip.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { useConnection } from '#features/freshness/connection.ts';
import { isDoubtful } from '#features/freshness/freshness.ts';
import { Link } from '#features/router/link.tsx';
import { clusterRowActions } from './cluster-list-actions.ts';
import { ClusterMenu } from './cluster-menu.tsx';
import { DemoBadge } from './demo-badge.tsx';
import { formatRoundTrip } from './format-round-trip.ts';
import { useStatusOf } from './status.ts';

export interface ClusterTableProps {
  organization: string;
  clusters: readonly Cluster[];
  /** Called when a label, `key=value`, was clicked. */
  onLabel: (label: string) => void;
}

const head = 'h-9 px-3 text-left font-normal text-faint text-xs first:pl-4 last:pr-3';
const cell = 'px-3 py-2.5 align-middle first:pl-4 last:pr-3';

/** A table of clusters; on a phone the figures are below the name. */
export function ClusterTable({ organization, clusters, onLabel }: ClusterTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const move = (by: 1 | -1) => {
    const links = [...(table.current?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])];
    const at = links.findIndex((link) => link.matches(':focus'));
    const next = at === -1 ? (by === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
    links[next]?.focus();
  };
  useActions(clusterRowActions, { move });
  return (
    <div className="overflow-hidden rounded-lg border bg-surface">
      <table ref={table} className="w-full max-md:block">
        <thead className="border-b max-md:sr-only">
          <tr>
            <th className={head}>Name</th>
            <th className={head}>Status</th>
            <th className={`${head} max-md:hidden`}>Kubernetes</th>
            <th className={`${head} max-md:hidden text-right`}>Nodes ready</th>
            <th className={`${head} max-md:hidden text-right`}>Round trip</th>
            <th className={`${head} max-lg:hidden`}>Agent</th>
            <th className={`${head} w-12`}>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="max-md:block">
          {clusters.map((cluster) => (
            <Row key={cluster.id} organization={organization} cluster={cluster} onLabel={onLabel} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  organization,
  cluster,
  onLabel,
}: {
  organization: string;
  cluster: Cluster;
  onLabel: (label: string) => void;
}) {
  const { kubernetes, agent } = cluster;
  const roundTrip = agent?.roundTripMs ?? null;
  return (
    <tr className="relative border-b transition-colors last:border-b-0 hover:bg-hover has-[[data-row]:focus-visible]:bg-accent-soft max-md:grid max-md:grid-cols-[1fr_auto] max-md:py-1">
      <td className={`${cell} max-md:pb-1`}>
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            href={
              cluster.status === 'pending'
                ? href`/${organization}/add-cluster?cluster=${cluster.name}`
                : href`/${organization}/clusters/${cluster.name}`
            }
            data-row
            className="font-medium after:absolute after:inset-0"
          >
            {cluster.name}
          </Link>
          <DemoBadge cluster={cluster} />
          {Object.entries(cluster.labels).map(([key, value]) => (
            <button
              key={key}
              type="button"
              onClick={() => onLabel(`${key}=${value}`)}
              className="relative z-10 rounded-sm bg-idle-soft px-1.5 text-muted text-xs hover:text-ink"
            >
              {value === '' ? key : `${key}=${value}`}
            </button>
          ))}
        </div>
        <p className="mt-0.5 text-faint text-xs md:hidden">
          {[
            kubernetes?.version,
            kubernetes && `${kubernetes.nodes.ready}/${kubernetes.nodes.total} nodes`,
            roundTrip !== null && formatRoundTrip(roundTrip),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </td>
      <td className={`${cell} max-md:order-3 max-md:col-span-2 max-md:pt-0 max-md:pl-4`}>
        <ClusterState cluster={cluster} />
      </td>
      <td className={`${cell} text-muted max-md:hidden`}>{kubernetes?.version ?? '–'}</td>
      <td className={`${cell} text-right tabular-nums max-md:hidden`}>
        {kubernetes === null ? (
          <span className="text-muted">–</span>
        ) : (
          <span className={kubernetes.nodes.ready < kubernetes.nodes.total ? 'text-warn' : 'text-muted'}>
            {kubernetes.nodes.ready} / {kubernetes.nodes.total}
          </span>
        )}
      </td>
      <td className={`${cell} text-right text-muted tabular-nums max-md:hidden`}>
        {roundTrip === null || cluster.status !== 'online' ? '–' : formatRoundTrip(roundTrip)}
      </td>
      <td className={`${cell} text-muted max-lg:hidden`}>
        {agent === null ? '–' : `${agent.version}${agent.location === 'outside' ? ', outside' : ''}`}
      </td>
      <td className={`${cell} relative z-10 text-right`}>
        <ClusterMenu organization={organization} cluster={cluster} />
      </td>
    </tr>
  );
}

/** The status and its duration; a problem is shown on hover and on the cluster's own page. */
function ClusterState({ cluster }: { cluster: Cluster }) {
  const statusOf = useStatusOf();
  const doubtful = isDoubtful(useConnection().freshness);
  const { tone, word, pending } = statusOf(cluster);
  const state = (
    <StatusDot tone={tone} pending={pending}>
      {word}
      {!doubtful && (
        <>
          <span className="text-faint"> · </span>
          <Time at={cluster.statusSince} className="relative z-10 text-faint" />
        </>
      )}
    </StatusDot>
  );
  if (cluster.problem === null) return state;
  return (
    <Tooltip content={cluster.problem.message}>
      <span className="relative z-10">{state}</span>
    </Tooltip>
  );
}
