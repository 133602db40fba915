'use client';
import type { Cluster } from '@postern/contracts';
import { useMemo } from 'react';
import { deferred } from '#components/deferred.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Page } from '#components/ui/page.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Time } from '#components/ui/time.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { useClusterRef } from '#features/address/use-cluster-ref.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { clusterActions } from '#features/clusters/cluster-actions.ts';
import { ClusterMenu } from '#features/clusters/cluster-menu.tsx';
import { DemoBadge } from '#features/clusters/demo-badge.tsx';
import { formatRoundTrip } from '#features/clusters/format-round-trip.ts';
import { KubeconfigDialog } from '#features/clusters/kubeconfig-dialog.tsx';
import { useStatusOf } from '#features/clusters/status.ts';
import { useCluster } from '#features/clusters/use-clusters.ts';
import { useConnection } from '#features/freshness/connection.ts';
import { isDoubtful } from '#features/freshness/freshness.ts';
import { CardSkeletons } from './card-skeletons.tsx';
import { useClusterChanges } from './use-cluster-changes.ts';
import { useOverview } from './use-overview.ts';

// Nothing in it can be shown before data has come.
const OverviewBody = deferred(() => import('./overview-body.tsx').then((module) => module.OverviewBody), {
  placeholder: <Waiting />,
});

export function OverviewPage() {
  const { organization, cluster: name } = useClusterRef();
  const cluster = useCluster(organization, name).data;
  if (cluster === undefined || cluster === null) {
    return (
      <Page title={name}>
        <Waiting />
      </Page>
    );
  }
  return <Overview organization={organization} cluster={cluster} />;
}

/** The place of the health line and the cards. */
function Waiting() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-11" />
      <CardSkeletons />
    </div>
  );
}

function Overview({ organization, cluster }: { organization: string; cluster: Cluster }) {
  const online = cluster.status === 'online';
  const ref = useMemo(() => ({ organization, cluster: cluster.name }), [organization, cluster.name]);
  // Requested at once, while the cards are being loaded.
  const lists = useOverview(ref, online);
  const changes = useClusterChanges(ref, online);
  // In the URL, so that the palette and links can open it.
  const [dialog, setDialog] = useQueryValue('dialog');

  return (
    <Page
      title={
        <span className="inline-flex items-center gap-2">
          {cluster.name} <DemoBadge cluster={cluster} />
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
      <OverviewBody organization={organization} cluster={cluster} lists={lists} changes={changes} />
    </Page>
  );
}

/** Details of the cluster: version, agent, round trip, since when. */
function Facts({ cluster }: { cluster: Cluster }) {
  const { kubernetes, agent } = cluster;
  const status = useStatusOf()(cluster);
  const connection = useConnection().freshness;
  return (
    <p className="flex flex-wrap gap-x-3">
      <span>
        {isDoubtful(connection) ? (
          status.word
        ) : (
          <>
            {cluster.status === 'online' ? 'Online' : status.word} for <Time at={cluster.statusSince} />
          </>
        )}
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
