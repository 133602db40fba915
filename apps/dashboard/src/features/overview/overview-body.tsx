'use client';
import type { Cluster } from '@postern/contracts';
import { cn } from '#components/class-names.ts';
import { href } from '#components/href.ts';
import { useTicking } from '#components/ticker.ts';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { useStatusOf } from '#features/clusters/status.ts';
import { DIMMED, isDoubtful, worstOf } from '#features/freshness/freshness.ts';
import { FreshnessLine } from '#features/freshness/freshness-line.tsx';
import { useShownFreshness } from '#features/freshness/use-shown-freshness.ts';
import type { Verdict } from '#features/health/verdict.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { LOADING } from '#features/kube/live-list.ts';
import { CapacityCard } from './capacity-card.tsx';
import { CardSkeletons } from './card-skeletons.tsx';
import { ChangesCard } from './changes-card.tsx';
import { ConnectedCard } from './connected-card.tsx';
import { healthLine } from './health-line.ts';
import { isRefused, itemsOf } from './list-state.ts';
import { NodesCard } from './nodes-card.tsx';
import { PodsCard } from './pods-card.tsx';
import { rowVerdicts } from './row-verdicts.ts';
import { type ClusterChanges } from './use-cluster-changes.ts';
import type { OverviewLists } from './use-overview.ts';
import { useSettled } from './use-settled.ts';
import { WarningsCard } from './warnings-card.tsx';

/** How often health is judged again although nothing has changed, in milliseconds. */
const JUDGED_MS = 15_000;
/** Failed jobs stay in the list; older ones are history. */
const DAY_MS = 86_400_000;

export interface OverviewBodyProps {
  organization: string;
  cluster: Cluster;
  lists: OverviewLists;
  changes: ClusterChanges;
}

/** The health of a cluster, and its cards. */
export function OverviewBody({ organization, cluster, lists, changes }: OverviewBodyProps) {
  const { nodes, pods, warnings, jobs, claims, metrics } = lists;
  const online = cluster.status === 'online';
  const now = useTicking((ms) => Math.floor(ms / JUDGED_MS) * JUDGED_MS);
  const base = href`/${organization}/clusters/${cluster.name}`;
  const loading = online && itemsOf(nodes) === undefined && !isRefused(nodes);
  // Refused lists are reported in their own cards.
  const freshness = worstOf(
    [nodes, pods].filter((list) => list.loaded && !isRefused(list)).map((list) => list.freshness),
  );
  const doubtful = isDoubtful(useShownFreshness(freshness ?? LOADING));
  const all = [nodes, pods, warnings, jobs, claims, metrics, ...Object.values(changes)];
  const settled = useSettled(all);
  const retry = () => {
    for (const list of all) list.retry();
  };
  const status = useStatusOf()(cluster);
  const health = online
    ? healthLine(
        {
          nodes: itemsOf(nodes),
          pods: itemsOf(pods),
          workloads: verdictsOf(changes, now),
          jobs: rowVerdicts(knownKinds.jobs, jobs, now, now - DAY_MS),
          claims: rowVerdicts(knownKinds.claims, claims, now),
        },
        now,
      )
    : { tone: status.tone, text: status.word };

  return (
    <div className="flex flex-col gap-4">
      <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 rounded-lg border bg-surface px-4 py-2">
        {loading ? (
          <Skeleton className="w-72" />
        ) : (
          <StatusDot tone={doubtful ? 'idle' : health.tone} className="[&>span]:whitespace-normal">
            {health.text}
          </StatusDot>
        )}
        {freshness !== undefined && <FreshnessLine freshness={freshness} onRetry={retry} />}
      </div>
      {cluster.problem !== null && (
        <p role="alert" className="rounded-lg bg-warn-soft px-4 py-2.5 text-warn">
          {cluster.problem.message}
        </p>
      )}
      {settled || !online ? (
        <div className={cn('grid gap-4 transition-[filter] lg:grid-cols-2', doubtful && DIMMED)}>
          <PodsCard pods={pods} now={now} online={online} base={base} />
          <CapacityCard nodes={nodes} pods={pods} metrics={metrics} online={online} />
          <NodesCard nodes={nodes} metrics={metrics} now={now} online={online} base={base} className="lg:col-span-2" />
          {/* Each as high as its content, so that a short list leaves no empty card beside a long one. */}
          <div className="flex min-w-0 flex-col gap-4">
            <WarningsCard warnings={warnings} online={online} base={base} />
            <ConnectedCard organization={organization} cluster={cluster} />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <ChangesCard lists={changes} online={online} base={base} />
          </div>
        </div>
      ) : (
        <CardSkeletons />
      )}
    </div>
  );
}

/** The verdicts on all workloads with replicas; undefined while some of them are unknown. */
function verdictsOf({ deployments, statefulSets, daemonSets }: ClusterChanges, now: number): Verdict[] | undefined {
  const all = [
    rowVerdicts(knownKinds.deployments, deployments, now),
    rowVerdicts(knownKinds.statefulSets, statefulSets, now),
    rowVerdicts(knownKinds.daemonSets, daemonSets, now),
  ];
  return all.some((one) => one === undefined) ? undefined : all.flatMap((one) => one ?? []);
}
