import type { LiveListState } from '#features/kube/live-list.ts';

/** Whether a list is unavailable: denied by RBAC, or the first attempt failed. */
export function isRefused({ freshness }: Pick<LiveListState<unknown>, 'freshness'>): boolean {
  return freshness.state === 'denied' || freshness.state === 'failed';
}

/** The items of a list, for totals; undefined while only its first pages are loaded, and if it is unavailable. */
export function itemsOf<T>(list: LiveListState<T>): readonly T[] | undefined {
  return list.loaded && !isRefused(list) ? list.items : undefined;
}
