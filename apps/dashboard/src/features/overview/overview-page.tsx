'use client';
import type { Cluster } from '@postern/contracts';
import { useParams } from 'next/navigation';
import { useMemo } from 'react';
import { cn } from '#components/class-names.ts';
import { href } from '#components/href.ts';
import { useTicking } from '#components/ticker.ts';
import { Badge } from '#components/ui/badge.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Page } from '#components/ui/page.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { FreshnessLine } from '#features/browser/freshness-line.tsx';
import { clusterActions } from '#features/clusters/cluster-actions.ts';
import { ClusterMenu } from '#features/clusters/cluster-menu.tsx';
import { formatRoundTrip } from '#features/clusters/format-round-trip.ts';
import { KubeconfigDialog } from '#features/clusters/kubeconfig-dialog.tsx';
import { statusOf } from '#features/clusters/status.ts';
import { useCluster } from '#features/clusters/use-clusters.ts';
import type { Verdict } from '#features/health/verdict.ts';
import { worstOf } from '#features/kube/freshness.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { useConnection } from '#features/live/connection.ts';
import { CapacityCard } from './capacity-card.tsx';
import { ChangesCard } from './changes-card.tsx';
import { ConnectedCard } from './connected-card.tsx';
import { healthLine } from './health-line.ts';
import { isRefused, itemsOf, lastHeard } from './list-state.ts';
import { NodesCard } from './nodes-card.tsx';
import { PodsCard } from './pods-card.tsx';
import { rowVerdicts } from './row-verdicts.ts';
import { type ClusterChanges, useClusterChanges } from './use-cluster-changes.ts';
import { useOverview } from './use-overview.ts';
import { WarningsCard } from './warnings-card.tsx';

/** How often health is judged again although nothing has changed, in milliseconds. */
const JUDGED_MS = 15_000;
/** Failed jobs stay in the list; older ones are history. */
const DAY_MS = 86_400_000;

export function OverviewPage() {
  const { organization, cluster: name } = useParams<{ organization: string; cluster: string }>();
  const cluster = useCluster(organization, name).data;
  if (cluster === undefined || cluster === null) {
    return (
      <Page title={name}>
        <div role="status" aria-label="Loading" className="grid gap-4 lg:grid-cols-2">
          <Skeleton className="h-40" />
          <Skeleton className="h-40" />
        </div>
      </Page>
    );
  }
  return <Overview organization={organization} cluster={cluster} />;
}

function Overview({ organization, cluster }: { organization: string; cluster: Cluster }) {
  const online = cluster.status === 'online';
  const ref = useMemo(() => ({ organization, cluster: cluster.name }), [organization, cluster.name]);
  const { nodes, pods, warnings, jobs, claims, metrics } = useOverview(ref, online);
  const changes = useClusterChanges(ref, online);
  const now = useTicking((ms) => Math.floor(ms / JUDGED_MS) * JUDGED_MS);
  const lost = useConnection().state === 'lost';
  // In the URL, so that the palette and links can open it.
  const [dialog, setDialog] = useQueryValue('dialog');
  const base = href`/${organization}/clusters/${cluster.name}`;
  const loading = online && itemsOf(nodes) === undefined && !isRefused(nodes);
  const seen = lastHeard(nodes.freshness);
  // Refused lists are reported in their own cards.
  const freshness = worstOf(
    [nodes, pods].filter((list) => list.loaded && !isRefused(list)).map((list) => list.freshness),
  );
  const retry = () => {
    for (const list of [nodes, pods, warnings, jobs, claims, metrics, ...Object.values(changes)]) list.retry();
  };
  const status = statusOf(cluster);
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
    <Page
      title={
        <span className="inline-flex items-center gap-2">
          {cluster.name} {cluster.demo && <Badge>demo</Badge>}
        </span>
      }
      description={<Facts cluster={cluster} />}
      actions={
        <>
          <ShowKubectl
            commands={[
              { label: 'Nodes', command: 'kubectl get nodes -o wide' },
              { label: 'Capacity and requests', command: 'kubectl describe nodes' },
              {
                label: 'Pods that are not running',
                command: 'kubectl get pods -A --field-selector=status.phase!=Running',
              },
              {
                label: 'Warnings',
                command: 'kubectl get events -A --field-selector=type=Warning --sort-by=.lastTimestamp',
              },
              {
                label: 'Rollouts, newest last',
                command: 'kubectl get replicasets -A --sort-by=.metadata.creationTimestamp',
              },
            ]}
          />
          <ActionButton action={bindAction(clusterActions.kubeconfig, { cluster: cluster.name, open: setDialog })} />
          <ClusterMenu organization={organization} cluster={cluster} />
          <KubeconfigDialog
            open={dialog === 'kubeconfig'}
            onOpenChange={(open) => setDialog(open ? 'kubeconfig' : '')}
            organization={organization}
            cluster={cluster.name}
          />
        </>
      }
    >
      <div className={cn('flex flex-col gap-4 transition-opacity', (!online || lost) && 'opacity-90 grayscale')}>
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 rounded-lg border bg-surface px-4 py-2">
          {loading ? (
            <Skeleton className="w-72" />
          ) : (
            <StatusDot tone={health.tone} className="[&>span]:whitespace-normal">
              {health.text}
            </StatusDot>
          )}
          {online && !lost
            ? freshness !== undefined && <FreshnessLine freshness={freshness} onRetry={retry} />
            : seen !== undefined && (
                <span className="text-faint text-xs">
                  As seen <Time at={new Date(seen)} form="ago" />
                </span>
              )}
        </div>
        {cluster.problem !== null && (
          <p role="alert" className="rounded-lg bg-warn-soft px-4 py-2.5 text-warn">
            {cluster.problem.message}
          </p>
        )}
        <div className="grid gap-4 lg:grid-cols-2">
          <PodsCard pods={pods} now={now} online={online} base={base} />
          <CapacityCard nodes={nodes} pods={pods} metrics={metrics} online={online} />
          <NodesCard nodes={nodes} metrics={metrics} now={now} online={online} base={base} className="lg:col-span-2" />
          <WarningsCard warnings={warnings} online={online} base={base} />
          <div className="flex min-w-0 flex-col gap-4">
            <ChangesCard lists={changes} online={online} base={base} />
            <ConnectedCard organization={organization} cluster={cluster} />
          </div>
        </div>
      </div>
    </Page>
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

/** Details of the cluster: version, agent, round trip, since when. */
function Facts({ cluster }: { cluster: Cluster }) {
  const { kubernetes, agent } = cluster;
  const status = statusOf(cluster);
  return (
    <p className="flex flex-wrap gap-x-3">
      <span>
        {cluster.status === 'online' ? 'Online' : status.word} for <Time at={cluster.statusSince} />
      </span>
      {kubernetes !== null && <span>Kubernetes {kubernetes.version}</span>}
      {agent !== null && (
        <span>
          agent {agent.version}
          {agent.location === 'outside' && ', outside the cluster'}
        </span>
      )}
      {agent !== null && agent.roundTripMs !== null && cluster.status === 'online' && (
        <span className="tabular-nums">{formatRoundTrip(agent.roundTripMs)} round trip</span>
      )}
    </p>
  );
}
