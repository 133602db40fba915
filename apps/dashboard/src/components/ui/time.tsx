'use client';
import { cn } from '../class-names.ts';
import { formatAge, formatInstant } from '../format/age.ts';
import { useTicking } from '../ticker.ts';
import { Tooltip } from './tooltip.tsx';

/** Shorter times are shown as "just now", because clocks may differ by this much. */
const JUST_NOW_MS = 3000;

export interface TimeProps {
  /** RFC 3339 text, or a Date. */
  at: string | Date;
  /** `age`: "3m". `ago`: "3m ago", or "in 3m" for a future time. */
  form?: 'age' | 'ago';
  className?: string;
}

/** An instant as relative time, kept up to date, with the exact time on hover. */
export function Time({ at, form = 'age', className }: TimeProps) {
  const date = typeof at === 'string' ? new Date(at) : at;
  const milliseconds = date.getTime();
  const text = useTicking((now) => {
    if (Number.isNaN(milliseconds)) return '–';
    const age = now - milliseconds;
    if (form === 'age') return formatAge(age);
    if (Math.abs(age) < JUST_NOW_MS) return 'just now';
    return age < 0 ? `in ${formatAge(-age)}` : `${formatAge(age)} ago`;
  });
  if (Number.isNaN(milliseconds)) return <span className={className}>–</span>;
  return (
    <Tooltip content={formatInstant(date)}>
      <time
        dateTime={date.toISOString()}
        className={cn('whitespace-nowrap tabular-nums', className)}
        suppressHydrationWarning
      >
        {text}
      </time>
    </Tooltip>
  );
}

/** How long something took, or has been running while `to` is null. */
export function Duration({ from, to, className }: { from: string; to: string | null; className?: string }) {
  const start = new Date(from).getTime();
  const end = to === null ? null : new Date(to).getTime();
  const text = useTicking((now) => formatAge((end ?? now) - start));
  return (
    <span className={cn('whitespace-nowrap tabular-nums', className)} suppressHydrationWarning>
      {text}
    </span>
  );
}
