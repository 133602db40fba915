import { Skeleton } from '#components/ui/skeleton.tsx';

/** In place of a page that is being loaded. */
export function PageSkeleton() {
  return (
    <div className="mx-auto flex w-full max-w-320 flex-col gap-4 px-6 py-6" role="status" aria-label="Loading">
      <Skeleton className="h-6 w-40" />
      <Skeleton className="h-28 w-full" />
      <Skeleton className="h-28 w-full" />
    </div>
  );
}
