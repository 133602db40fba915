import { Skeleton } from '#components/ui/skeleton.tsx';

/** The place of the cards while their data loads. */
export function CardSkeletons() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-4 lg:grid-cols-2">
      <Skeleton className="h-48" />
      <Skeleton className="h-48" />
      <Skeleton className="h-40 lg:col-span-2" />
    </div>
  );
}
