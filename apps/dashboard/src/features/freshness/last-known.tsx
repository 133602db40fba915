'use client';
import type { ReactNode } from 'react';
import { cn } from '#components/class-names.ts';
import { Time } from '#components/ui/time.tsx';
import { DIMMED } from './freshness.ts';
import { useAwaySince } from './use-away.ts';

export interface LastKnownProps {
  /** When the content was received, in milliseconds since 1970; 0 if there is none. */
  at: number;
  /** Whether it has been kept up to date by events, and is as old as the connection. */
  live?: boolean;
  className?: string;
  children: ReactNode;
}

/** What the gateway has sent; dimmed and with its time while the gateway cannot be reached. */
export function LastKnown({ at, live = false, className, children }: LastKnownProps) {
  const away = useAwaySince();
  const old = away !== null && at > 0;
  return (
    <>
      {old && (
        <p className="mb-2 text-muted text-xs">
          As seen <Time at={new Date(live ? Math.max(at, away) : at)} form="ago" />
        </p>
      )}
      <div className={cn('transition-opacity', old && DIMMED, className)}>{children}</div>
    </>
  );
}
