'use client';
import { useConnection } from './connection.ts';
import { isDoubtful } from './freshness.ts';

/** Since when the gateway has not been reached, in milliseconds since 1970; null if it is. */
export function useAwaySince(): number | null {
  const { freshness } = useConnection();
  return freshness.state === 'stale' ? freshness.since : null;
}

/** Whether the gateway answers. */
export function useReached(): boolean {
  const { freshness } = useConnection();
  return !isDoubtful(freshness) && freshness.state !== 'catching-up';
}
