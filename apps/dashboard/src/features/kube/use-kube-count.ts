'use client';
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { METADATA_LIST } from './accept.ts';
import { type ApiResource, resourceId, resourcePath } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { KubeError } from './kube-error.ts';
import { kubeJson } from './kube-fetch.ts';
import { list, number } from './read.ts';

/** Counting takes one request per namespace; with more of them there is no count. */
const MOST_NAMESPACES = 4;

export interface CountRequest {
  ref: ClusterRef;
  resource: ApiResource | undefined;
  /** Empty for the whole cluster. */
  namespaces?: readonly string[];
  enabled?: boolean;
}

/** The number of objects of a kind, from a list with limit 1 and its remaining item count; never lists all. */
export function useKubeCount({ ref, resource, namespaces = [], enabled = true }: CountRequest): UseQueryResult<number> {
  const scope = resource?.namespaced === true ? namespaces : [];
  return useQuery({
    queryKey: countKey({ ref, resource, namespaces }),
    queryFn: async ({ signal }) => {
      if (resource === undefined) throw new Error('no kind');
      const asked = scope.length === 0 ? [''] : scope;
      const counts = await Promise.all(
        asked.map((namespace) => count(ref, resourcePath(resource, { namespace }), signal)),
      );
      return counts.reduce((sum, one) => sum + one, 0);
    },
    enabled: enabled && resource !== undefined && scope.length <= MOST_NAMESPACES,
    staleTime: 20_000,
    refetchInterval: (query) => (query.state.error === null ? 30_000 : 5 * 60_000),
    retry: (failures, error) => failures < 2 && !(error instanceof KubeError && error.lasting),
  });
}

const countKey = ({ ref, resource, namespaces = [] }: CountRequest) => [
  'count',
  ref.organization,
  ref.cluster,
  resource && resourceId(resource),
  resource?.namespaced === true ? namespaces : [],
];

/** Makes a count that a live list knows the one that is shown everywhere; undefined while the list is incomplete. */
export function useLiveCount(request: CountRequest, live: number | undefined): void {
  const client = useQueryClient();
  const key = JSON.stringify(countKey(request));
  useEffect(() => {
    if (live !== undefined) client.setQueryData(JSON.parse(key), live);
  }, [client, key, live]);
}

async function count(ref: ClusterRef, path: string, signal: AbortSignal): Promise<number> {
  const page = await kubeJson(ref, path, { params: { limit: 1 }, accept: METADATA_LIST, signal });
  return list(page, 'items').length + (number(page, 'metadata', 'remainingItemCount') ?? 0);
}
