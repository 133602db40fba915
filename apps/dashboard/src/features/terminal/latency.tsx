'use client';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { useConnection } from '#features/freshness/connection.ts';
import { freshnessTones } from '#features/freshness/words.ts';

/** The round trip from the page to the gateway, or that its answers are late or missing. */
export function Latency() {
  const { freshness, roundTripMs } = useConnection();
  if (freshness.state === 'slow' || freshness.state === 'stale') {
    return (
      <StatusDot tone={freshnessTones[freshness.state]} className="px-1 text-xs">
        {freshness.state === 'slow' ? 'Slow' : 'No answer'}
      </StatusDot>
    );
  }
  return (
    <span className="whitespace-nowrap px-1 text-faint text-xs tabular-nums" title="Round trip to the gateway">
      {roundTripMs === undefined ? '' : `${roundTripMs} ms`}
    </span>
  );
}
