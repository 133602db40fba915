'use client';
import type { Cluster, Joining } from '@postern/contracts';
import { useMutation } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { href } from '#components/href.ts';
import { useTicking } from '#components/ticker.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { api, apiFetch } from '#features/browser-session/api.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { Link } from '#features/router/link.tsx';
import { JoinChecklist } from './join-checklist.tsx';
import { JoinCommands } from './join-commands.tsx';
import { hasJoined, wantsFirstRequest } from './join-steps.ts';
import { JoinTroubles } from './join-troubles.tsx';
import { KubeconfigDialog } from './kubeconfig-dialog.tsx';
import { useCluster } from './use-clusters.ts';

/** How long after creating the command a hint is shown, in milliseconds. */
const PATIENCE_MS = 60_000;

export interface JoinProgressProps {
  organization: string;
  name: string;
  /** Only known to the page that created it; after a reload a new one is needed. */
  made: Joining | undefined;
}

export function JoinProgress({ organization, name, made }: JoinProgressProps) {
  const query = useCluster(organization, name);
  const again = useMutation({
    mutationFn: () => api.call('createJoinToken', { params: { organization, cluster: name } }),
  });
  const cluster = query.data;
  if (cluster === undefined) {
    if (query.error === null) return <Skeleton className="h-60 w-full" />;
    return (
      <ErrorState title="The cluster could not be loaded." onRetry={() => void query.refetch()}>
        {query.error.message}
      </ErrorState>
    );
  }
  if (cluster === null) {
    return (
      <EmptyState
        title={`There is no cluster ${name}`}
        action={
          <Button asChild variant="primary">
            <Link href={href`/${organization}`}>Back to the clusters</Link>
          </Button>
        }
      >
        It may have been deleted.
      </EmptyState>
    );
  }
  const joining = again.data ?? made;
  const joined = hasJoined(cluster);
  return (
    <div className="flex flex-col gap-4">
      {!joined && (
        <Card title="Run this">
          {joining === undefined ? (
            <div className="flex flex-col items-start gap-3">
              <p className="text-muted">
                The command for this cluster contains a secret and was shown only once. A new one replaces it.
              </p>
              <GeneralError>{again.error?.message}</GeneralError>
              <Button variant="primary" busy={again.isPending} onClick={() => again.mutate()}>
                Create a new install command
              </Button>
            </div>
          ) : (
            <JoinCommands joining={joining} />
          )}
        </Card>
      )}
      <Card title={joined ? 'Connected' : 'Progress'}>
        <JoinChecklist cluster={cluster} />
      </Card>
      <FirstRequest organization={organization} cluster={cluster} />
      {joined ? <Joined organization={organization} cluster={cluster} /> : <Hints cluster={cluster} />}
    </div>
  );
}

/** Requests the cluster's version once the agent is connected, every three seconds until the gateway has recorded a response. */
function FirstRequest({ organization, cluster }: { organization: string; cluster: Cluster }) {
  const wanted = wantsFirstRequest(cluster);
  const { name } = cluster;
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const ask = () =>
      apiFetch(href`/k8s/${organization}/${name}/version`, { signal: abort.signal })
        .then((response) => response.body?.cancel())
        .catch(() => undefined);
    void ask();
    const timer = setInterval(ask, 3000);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [wanted, organization, name]);
  return null;
}

function Hints({ cluster }: { cluster: Cluster }) {
  const { tokenMade } = cluster.joining;
  const since = tokenMade === null ? null : new Date(tokenMade).getTime();
  const silent = useTicking((now) => since !== null && now - since > PATIENCE_MS);
  if (cluster.joining.agentDialled !== null || !silent) return null;
  return <JoinTroubles />;
}

function Joined({ organization, cluster }: { organization: string; cluster: Cluster }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-lg bg-ok-soft px-4 py-3">
      <CircleCheck className="size-5 shrink-0 text-ok" aria-hidden />
      <p className="min-w-50 flex-1">
        <strong className="font-medium">{cluster.name} is connected.</strong>
        {cluster.kubernetes !== null && (
          <span className="text-muted">
            {' '}
            Kubernetes {cluster.kubernetes.version}, {cluster.kubernetes.nodes.ready} of{' '}
            {cluster.kubernetes.nodes.total} nodes ready.
          </span>
        )}
      </p>
      <Button onClick={() => setOpen(true)}>Kubeconfig</Button>
      <Button asChild variant="primary">
        <Link href={href`/${organization}/clusters/${cluster.name}`}>Open cluster</Link>
      </Button>
      <KubeconfigDialog open={open} onOpenChange={setOpen} organization={organization} cluster={cluster.name} />
    </div>
  );
}
