'use client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { deferredCode, loadCode } from '#components/deferred.tsx';
import type { Bounds } from './bounds.ts';
import type { UsageAnswer, UsageRequest } from './load-usage.ts';
import type { Measurement } from './usage.ts';

// Not needed for the first paint, which shows the table without usage.
const usageCode = deferredCode(() => import('./load-usage.ts'));
const boundsCode = deferredCode(() => import('./load-bounds.ts'));

/** metrics-server measures every 15 s by default; long lists are read half as often. In milliseconds. */
const EVERY_MS = 15_000;
const LONG_EVERY_MS = 30_000;
const LONG = 1000;
/** How often to look whether there are metrics now. */
const NONE_EVERY_MS = 60_000;
const BOUNDS_EVERY_MS = 5 * 60_000;

const keyOf = (what: string, request: UsageRequest | undefined) => [
  what,
  request?.ref.organization,
  request?.ref.cluster,
  request?.resource,
  request?.namespaces.toSorted().join(),
  request?.name,
];

/** The newest measurements, read every 15 to 30 s while the page is visible; undefined requests nothing. */
export function useUsage(request: UsageRequest | undefined): UseQueryResult<UsageAnswer> {
  return useQuery({
    queryKey: keyOf('usage', request),
    queryFn: async ({ signal }) => {
      if (request === undefined) throw new Error('nothing to measure');
      const { loadUsage } = await loadCode(usageCode);
      return await loadUsage(request, signal);
    },
    enabled: request !== undefined,
    staleTime: EVERY_MS / 2,
    refetchInterval: ({ state: { data } }) => {
      if (data?.type === 'none') return NONE_EVERY_MS;
      return data !== undefined && data.measurements.size > LONG ? LONG_EVERY_MS : EVERY_MS;
    },
    structuralSharing: false,
    retry: false,
  });
}

/**
 * What measured usage is compared with. Read once in a while, and sooner if something measured is missing from it, such as a
 * pod that was created since.
 */
export function useBounds(
  request: UsageRequest | undefined,
  measurements: ReadonlyMap<string, Measurement>,
): ReadonlyMap<string, Bounds> {
  const { data = NONE } = useQuery({
    queryKey: keyOf('bounds', request),
    queryFn: async ({ signal }) => {
      if (request === undefined) throw new Error('nothing to measure');
      const { loadBounds } = await loadCode(boundsCode);
      return loadBounds(request, signal);
    },
    enabled: request !== undefined && measurements.size > 0,
    staleTime: BOUNDS_EVERY_MS,
    refetchInterval: ({ state: { data: known } }) => {
      // Of very many pods the bounds of some stay unknown.
      const incomplete = known !== undefined && measurements.size <= LONG;
      return incomplete && [...measurements.keys()].some((key) => !known.has(key)) ? NONE_EVERY_MS : BOUNDS_EVERY_MS;
    },
    structuralSharing: false,
    retry: false,
  });
  return data;
}

const NONE: ReadonlyMap<string, Bounds> = new Map();
