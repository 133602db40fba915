'use client';
import { CloudOff } from 'lucide-react';
import { formatAge } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { useAwaySince } from '#features/live/use-away.ts';

/** Says that the gateway cannot be reached, since when, and that the page keeps retrying. */
export function OfflineBanner() {
  const since = useAwaySince();
  const age = useTicking((now) => (since === null ? null : formatAge(now - since)));
  if (age === null) return null;
  return (
    <div role="status" className="flex items-center gap-2 border-b bg-warn-soft px-4 py-1.5 text-warn">
      <CloudOff className="size-4 shrink-0" aria-hidden />
      <p>
        The gateway has not answered for <span className="tabular-nums">{age}</span>. What you see may be old; the page
        keeps trying by itself.
      </p>
    </div>
  );
}
