'use client';
import { RotateCw } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { formatAge } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import type { Tone } from '#components/ui/tone.ts';
import type { Freshness } from '#features/kube/freshness.ts';

const tones: Record<Freshness['state'], Tone> = {
  live: 'ok',
  polled: 'info',
  paused: 'idle',
  'catching-up': 'info',
  loading: 'info',
  stale: 'warn',
  denied: 'bad',
  failed: 'bad',
};

/** How fresh a view is: live, catching up, or stale, since when and why. */
export function FreshnessLine({
  freshness,
  onRetry,
  className,
}: {
  freshness: Freshness;
  onRetry?: () => void;
  className?: string;
}) {
  const words = useTicking((now) => wordsOf(freshness, now));
  const waiting = freshness.state === 'stale' || freshness.state === 'failed';
  return (
    <div role="status" className={cn('flex min-w-0 items-center gap-2 text-muted text-xs', className)}>
      <StatusDot
        tone={tones[freshness.state]}
        pending={freshness.state === 'loading' || freshness.state === 'catching-up'}
      >
        <span title={freshness.state === 'stale' ? freshness.reason : undefined}>{words}</span>
      </StatusDot>
      {waiting && onRetry !== undefined && (
        <button
          type="button"
          onClick={onRetry}
          className="inline-flex shrink-0 items-center gap-1 rounded-sm text-ink underline underline-offset-3"
        >
          <RotateCw className="size-3" aria-hidden /> Try now
        </button>
      )}
    </div>
  );
}

function wordsOf(freshness: Freshness, now: number): string {
  switch (freshness.state) {
    case 'live':
      return 'Live';
    case 'polled':
      return `${freshness.reason} As of ${formatAge(now - freshness.at)} ago.`;
    case 'paused':
      return 'Paused while the page is hidden';
    case 'catching-up':
      return 'Catching up…';
    case 'loading': {
      const { loaded, remaining } = freshness;
      if (loaded === 0) return 'Loading…';
      const all = remaining === undefined ? '' : ` of ${(loaded + remaining).toLocaleString('en')}`;
      return `Loading, ${loaded.toLocaleString('en')}${all} so far…`;
    }
    case 'stale': {
      const since = new Date(freshness.since).toLocaleTimeString('en-GB');
      const wait = Math.max(0, Math.ceil((freshness.retryAt - now) / 1000));
      return `Stale since ${since}: ${freshness.reason} ${wait === 0 ? 'Trying now…' : `Next try in ${wait}s.`}`;
    }
    case 'denied':
      return 'Not allowed';
    case 'failed':
      return 'Not loaded';
  }
}
