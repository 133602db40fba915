'use client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type LiveListState, LOADING } from './live-list.ts';
import { type ListRequest, listKey, lookAt, sharedList } from './shared-lists.ts';

export interface UsedList<T> extends LiveListState<T> {
  /** Retries now. Stable between renders. */
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
 * Live objects of a cluster; the only way for a component to use a live list. Components that request the same list share it.
 * It is rendered at most once per frame, and less often if it is long. If `request` is undefined, nothing is requested yet.
 */
export function useLiveList<T>(request: ListRequest<T> | undefined): UsedList<T> {
  const key = request === undefined ? '' : listKey(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key identifies the request
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
