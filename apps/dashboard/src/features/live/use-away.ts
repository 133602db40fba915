'use client';
import { useTicking } from '#components/ticker.ts';
import { useConnection } from './connection.ts';

/** Shorter interruptions are not shown, in milliseconds. */
const PATIENCE_MS = 3000;

/** Since when the gateway has not been reached, in milliseconds since 1970; null if it is, or was a moment ago. */
export function useAwaySince(): number | null {
  const { state, since } = useConnection();
  return useTicking((now) => (state === 'lost' && now - since > PATIENCE_MS ? since : null));
}
