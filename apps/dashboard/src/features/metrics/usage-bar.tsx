import { cn } from '#components/class-names.ts';
import type { Standing } from './usage-words.ts';

/** Usage as a thin bar against the limit, with a mark at the request. Decoration: the words say the same. */
export function UsageBar({ standing, className }: { standing: Standing; className?: string }) {
  const { full, share, requested, tone } = standing;
  if (full === undefined) return null;
  return (
    <span aria-hidden className={cn('relative block h-[3px] rounded-full bg-active', className)}>
      <span
        className={cn(
          'absolute inset-y-0 left-0 rounded-full',
          tone === 'bad' ? 'bg-bad-dot' : tone === 'warn' ? 'bg-warn-dot' : 'bg-muted',
        )}
        style={{ width: `${Math.max(2, share * 100)}%` }}
      />
      {requested !== undefined && (
        <span className="absolute -inset-y-px w-px bg-ink" style={{ left: `${requested * 100}%` }} />
      )}
    </span>
  );
}
