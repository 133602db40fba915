import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { type ClusterRef, clusterHref } from '#features/kube/cluster-ref.ts';
import { Link } from '#features/router/link.tsx';

/** The page of a kind that the cluster does not serve; `id` as in the URL. */
export function KindNotServed({ cluster, id }: { cluster: ClusterRef; id: string }) {
  return (
    <EmptyState
      of="page"
      title={`This cluster serves no ${id}`}
      action={
        <Button asChild>
          <Link href={clusterHref(cluster)}>Overview of {cluster.cluster}</Link>
        </Button>
      }
    >
      The kind may need a custom resource definition that is not installed, or another version of Kubernetes.
    </EmptyState>
  );
}
