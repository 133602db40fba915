import { cn } from '../class-names.ts';

/** Placeholder for loading content; give it the size of that content. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block base:h-4 animate-shimmer rounded-sm bg-active', className)} />;
}
