'use client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ClusterRef } from './cluster-ref.ts';
import { KubeError } from './kube-error.ts';
import { listNamespaces } from './namespaces.ts';

/** The names of a cluster's namespaces, for pickers. An error with status 403 means that the person may not list them. */
export function useNamespaces(ref: ClusterRef, enabled = true): UseQueryResult<string[]> {
  return useQuery({
    queryKey: ['namespaces', ref.organization, ref.cluster],
    queryFn: ({ signal }) => listNamespaces(ref, signal),
    enabled,
    staleTime: 15_000,
    retry: (failures, error) => failures < 3 && !(error instanceof KubeError && error.lasting),
  });
}
