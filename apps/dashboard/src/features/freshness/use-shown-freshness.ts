'use client';
import { createContext, useContext, useMemo } from 'react';
import { useConnection } from './connection.ts';
import { type Freshness, shownFreshness } from './freshness.ts';

/** How fresh everything from the page's cluster can be at most: stale while its agent is offline. */
export const ClusterFreshness = createContext<Freshness | undefined>(undefined);

/** What to say of a view whose own freshness is `own`: no better than the connection and the cluster's agent allow. */
export function useShownFreshness(own: Freshness): Freshness {
  const connection = useConnection().freshness;
  const cluster = useContext(ClusterFreshness);
  return useMemo(
    () => shownFreshness(own, cluster === undefined ? [connection] : [connection, cluster]),
    [own, connection, cluster],
  );
}
