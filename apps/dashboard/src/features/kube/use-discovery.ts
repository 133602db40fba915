'use client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ClusterRef } from './cluster-ref.ts';
import { type Discovery, discover } from './discovery.ts';
import { KubeError } from './kube-error.ts';

/** What a cluster serves; refreshed every five minutes, because custom resources may change. */
export function useDiscovery(ref: ClusterRef | undefined): UseQueryResult<Discovery> {
  return useQuery({
    queryKey: ['discovery', ref?.organization, ref?.cluster],
    queryFn: ({ signal }) => {
      if (ref === undefined) throw new Error('no cluster');
      return discover(ref, signal);
    },
    enabled: ref !== undefined,
    staleTime: 4 * 60_000,
    refetchInterval: 5 * 60_000,
    retry: (failures, error) => failures < 4 && !(error instanceof KubeError && error.lasting),
  });
}
