'use client';
import { useTicking } from '#components/ticker.ts';
import { Dot } from '#components/ui/status-dot.tsx';
import { Tooltip } from '#components/ui/tooltip.tsx';
import { usePageFreshness } from '#features/freshness/views.ts';
import { freshnessTones, freshnessWords, isPending } from '#features/freshness/words.ts';

/** The freshness of the whole page. */
export function ConnectionDot() {
  const freshness = usePageFreshness();
  const text = useTicking((now) =>
    freshness.state === 'live' ? 'Live: changes appear as they happen' : freshnessWords(freshness, now),
  );
  return (
    <Tooltip content={text}>
      <span role="img" aria-label={text} className="inline-flex size-6 items-center justify-center">
        <Dot tone={freshnessTones[freshness.state]} pending={isPending(freshness)} />
      </span>
    </Tooltip>
  );
}
