'use client';
import { cn } from '#components/class-names.ts';
import { deferred } from '#components/deferred.tsx';
import type { FreshnessStatusProps } from './freshness-status.tsx';

// Loaded at once, but after the first paint, when there is nothing to say yet.
const FreshnessStatus = deferred(() => import('./freshness-status.tsx').then((module) => module.FreshnessStatus));

/** How fresh a view is: live, catching up, or stale, since when and why. `freshness` is that of the view alone. */
export function FreshnessLine({ className, ...props }: FreshnessStatusProps & { className?: string }) {
  return (
    <div role="status" className={cn('flex min-h-4 min-w-0 items-center gap-2 text-muted text-xs', className)}>
      <FreshnessStatus {...props} />
    </div>
  );
}
