import type { Freshness } from '#features/kube/freshness.ts';
import type { LiveListState } from '#features/kube/live-list.ts';

/** It cannot be had now: RBAC says no, or the first attempt failed. */
export function isRefused({ freshness }: Pick<LiveListState<unknown>, 'freshness'>): boolean {
  return freshness.state === 'denied' || freshness.state === 'failed';
}

/** What there is to be summed up; undefined while only its first pages are there, and when it cannot be had. */
export function itemsOf<T>(list: LiveListState<T>): readonly T[] | undefined {
  return list.loaded && !isRefused(list) ? list.items : undefined;
}

/** When a view that no longer hears of its cluster did so last, in milliseconds since 1970. */
export function lastHeard(freshness: Freshness): number | undefined {
  if (freshness.state === 'stale' || freshness.state === 'paused') return freshness.since;
  return freshness.state === 'polled' ? freshness.at : undefined;
}
