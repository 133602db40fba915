import { cn } from '../class-names.ts';

/** Holds the place of what is loading. Give it the size of what will come. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block h-4 animate-shimmer rounded-sm bg-active', className)} />;
}
