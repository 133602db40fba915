'use client';
import { RotateCw } from 'lucide-react';
import { useTicking } from '#components/ticker.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import type { Freshness } from './freshness.ts';
import { useShownFreshness } from './use-shown-freshness.ts';
import { useViewOnPage } from './views.ts';
import { freshnessTones, freshnessWords, isPending } from './words.ts';

export interface FreshnessStatusProps {
  freshness: Freshness;
  onRetry?: (() => void) | undefined;
}

/** The content of `FreshnessLine`. */
export function FreshnessStatus({ freshness, onRetry }: FreshnessStatusProps) {
  const shown = useShownFreshness(freshness);
  useViewOnPage(shown);
  const words = useTicking((now) => freshnessWords(shown, now));
  // Only the view's own failures can be retried here.
  const waiting = shown === freshness && (shown.state === 'stale' || shown.state === 'failed');
  return (
    <>
      <StatusDot tone={freshnessTones[shown.state]} pending={isPending(shown)}>
        <span title={'reason' in shown ? shown.reason : undefined}>{words}</span>
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
    </>
  );
}
