'use client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type LiveListState, LOADING } from './live-list.ts';
import { type ListRequest, listKey, lookAt, sharedList } from './shared-lists.ts';

export interface UsedList<T> extends LiveListState<T> {
  /** Asks again now. Stable. */
  retry: () => void;
}

const NOTHING: LiveListState<never> = {
  items: [],
  columns: [],
  version: 0,
  freshness: LOADING,
  loaded: false,
  truncated: false,
  narrowed: undefined,
};

/**
 * Objects of a cluster, live: the one way for a component to follow a list. All who ask for the same share it; it is rendered
 * at most once a frame, and less often when it is long. `request` undefined: not yet.
 */
export function useLiveList<T>(request: ListRequest<T> | undefined): UsedList<T> {
  const key = request === undefined ? '' : listKey(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of the request
  const subscribe = useCallback(
    (listener: () => void) => {
      if (request === undefined) return () => undefined;
      const lookAway = lookAt(key, request);
      const unsubscribe = sharedList<T>(key)?.subscribe(listener);
      listener();
      return () => {
        unsubscribe?.();
        lookAway();
      };
    },
    [key],
  );
  const state = useSyncExternalStore<LiveListState<T>>(
    subscribe,
    () => sharedList<T>(key)?.state ?? NOTHING,
    () => NOTHING,
  );
  const retry = useCallback(() => sharedList<T>(key)?.retry(), [key]);
  return useMemo(() => ({ ...state, retry }), [state, retry]);
}
