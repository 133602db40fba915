'use client';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useClusterRef } from '#features/address/use-cluster-ref.ts';
import { useLocation } from '#features/address/use-location.ts';
import { findResource, resourceId } from '#features/kube/api-resource.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { KindNotServed } from './kind-not-served.tsx';
import { KindTable } from './kind-table.tsx';

/** The page of one kind: all its objects. */
export function TablePage() {
  const ref = useClusterRef();
  const { resource: wanted = '' } = useLocation();
  const { data, error, refetch } = useDiscovery(ref);
  if (data === undefined) {
    if (error !== null) {
      return (
        <ErrorState title="The kinds of this cluster could not be loaded." onRetry={() => void refetch()}>
          {sentenceOf(error)}
        </ErrorState>
      );
    }
    return (
      <div role="status" aria-label="Loading" className="flex flex-col gap-4 px-4 py-4">
        <Skeleton className="h-6 w-40" />
        <Skeleton className="h-8 w-full max-w-150" />
      </div>
    );
  }
  const resource = findResource(data.resources, wanted);
  if (resource === undefined) {
    return <KindNotServed cluster={ref} id={wanted} />;
  }
  return <KindTable key={resourceId(resource)} cluster={ref} resource={resource} />;
}
