'use client';
import { useDeferredValue, useEffect, useRef } from 'react';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import type { ListFormat } from '#features/kube/list-format.ts';
import { type UsedList, useLiveList } from '#features/kube/use-live-list.ts';

export interface FiguresRequest<T> {
  ref: ClusterRef;
  /** If false, the agent is not connected, and the last known state stays. */
  online: boolean;
  resource: ApiResource;
  format: ListFormat<T>;
  most: number;
  fieldSelector?: string;
}

/** A live list that is rendered with lower priority than user input. */
export function useFigures<T>({ online, ...request }: FiguresRequest<T>): UsedList<T> {
  const list = useLiveList(request);
  const { retry } = list;
  // Retry at once when the agent is connected again.
  const wasOnline = useRef(online);
  useEffect(() => {
    if (online && !wasOnline.current) retry();
    wasOnline.current = online;
  }, [online, retry]);
  return useDeferredValue(list);
}
