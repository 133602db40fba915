'use client';
import { CloudOff, Radio, X } from 'lucide-react';
import { useState } from 'react';
import { formatAge } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { IconButton } from '#components/ui/icon-button.tsx';
import { useConnection } from '#features/freshness/connection.ts';
import { timeOfDay } from '#features/freshness/words.ts';

/** A fallback that lasts less than this is not explained, in milliseconds; every view mentions it anyway. */
const PATIENCE_MS = 5_000;

/** Says that the page hears nothing from the gateway, since when and why, or that it gets along without a live connection. */
export function LiveBanner() {
  const { freshness } = useConnection();
  const [hidden, setHidden] = useState(false);
  const age = useTicking((now) => (freshness.state === 'stale' ? formatAge(now - freshness.since) : null));
  const lasts = useTicking((now) => freshness.state === 'fallback' && now - freshness.since > PATIENCE_MS);
  if (freshness.state === 'stale') {
    return (
      <div role="status" className="flex items-center gap-2 border-b bg-warn-soft px-4 py-1.5 text-warn">
        <CloudOff className="size-4 shrink-0" aria-hidden />
        <p>
          {freshness.reason} What you see is from <span className="tabular-nums">{timeOfDay(freshness.since)}</span>,{' '}
          <span className="tabular-nums">{age}</span> ago; the page keeps trying by itself.
        </p>
      </div>
    );
  }
  if (freshness.state !== 'fallback' || !lasts || hidden) return null;
  return (
    <div role="status" className="flex items-center gap-2 border-b bg-info-soft px-4 py-1 text-info">
      <Radio className="size-4 shrink-0" aria-hidden />
      <p className="min-w-0 flex-1">
        Live over HTTP. {freshness.reason} Everything stays up to date, but terminals need the live connection.
      </p>
      <IconButton size="sm" label="Hide this notice" onClick={() => setHidden(true)}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
