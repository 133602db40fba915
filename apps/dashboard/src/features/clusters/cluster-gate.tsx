'use client';
import type { Cluster } from '@postern/contracts';
import { Unplug } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { deferredCode } from '#components/deferred.tsx';
import { href } from '#components/href.ts';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Time } from '#components/ui/time.tsx';
import { useClusterRef } from '#features/address/use-cluster-ref.ts';
import { useConnection } from '#features/freshness/connection.ts';
import { type Freshness, isDoubtful } from '#features/freshness/freshness.ts';
import { ClusterFreshness, useShownFreshness } from '#features/freshness/use-shown-freshness.ts';
import { useViewOnPage } from '#features/freshness/views.ts';
import { Link } from '#features/router/link.tsx';
import { useCluster } from './use-clusters.ts';

// The pages of a cluster load it; this one alone does not need it.
const lists = deferredCode(() => import('#features/kube/shared-lists.ts'));

/** Wraps every page of a cluster: says if the cluster does not exist, has never connected, or is offline. */
export function ClusterGate({ children }: { children: ReactNode }) {
  const { organization, cluster: name } = useClusterRef();
  const cluster = useCluster(organization, name).data;
  if (cluster === null) {
    return (
      <EmptyState
        of="page"
        title="Cluster not found"
        action={
          <Button asChild variant="primary">
            <Link href={href`/${organization}`}>All clusters</Link>
          </Button>
        }
      >
        The address may be mistyped, or the cluster has been deleted.
      </EmptyState>
    );
  }
  if (cluster?.status === 'pending') {
    return (
      <EmptyState
        of="page"
        icon={<Unplug aria-hidden />}
        title={`${name} is not connected yet`}
        action={
          <Button asChild variant="primary">
            <Link href={href`/${organization}/add-cluster?cluster=${name}`}>Connect it</Link>
          </Button>
        }
      >
        No agent of this cluster has connected yet.
      </EmptyState>
    );
  }
  return <AgentGate cluster={cluster}>{children}</AgentGate>;
}

/** Says while the agent is offline that everything from the cluster is as old as its connection. */
function AgentGate({ cluster, children }: { cluster: Cluster | undefined; children: ReactNode }) {
  const { organization, cluster: name } = useClusterRef();
  const offlineSince = cluster?.status === 'offline' ? cluster.statusSince : undefined;
  const agent = useMemo<Freshness>(
    () =>
      offlineSince === undefined
        ? { state: 'live', since: 0 }
        : { state: 'stale', since: Date.parse(offlineSince), reason: `The agent of ${name} is offline.` },
    [offlineSince, name],
  );
  useViewOnPage(useShownFreshness(agent));
  const wasOffline = useRef(false);
  useEffect(() => {
    if (offlineSince === undefined && wasOffline.current)
      void lists.load().then(() => lists.state.content?.retryLists({ organization, cluster: name }));
    wasOffline.current = offlineSince !== undefined;
  }, [offlineSince, organization, name]);
  // Whether the agent is still offline is not known while the gateway is away.
  const isKnown = !isDoubtful(useConnection().freshness);
  return (
    <ClusterFreshness value={agent}>
      <div className="flex h-full flex-col">
        {cluster?.status === 'offline' && isKnown && (
          <div role="status" className="flex flex-wrap items-center gap-x-2 border-b bg-bad-soft px-4 py-1.5 text-bad">
            <Unplug className="size-4 shrink-0" aria-hidden />
            <p>
              The agent of {name} has been offline for <Time at={cluster.statusSince} />. What you see is from before;
              it comes back by itself.
            </p>
            <Link href={href`/${organization}/add-cluster?cluster=${name}`} className="underline underline-offset-3">
              What to look at
            </Link>
          </div>
        )}
        <div className="min-h-0 flex-1">{children}</div>
      </div>
    </ClusterFreshness>
  );
}
