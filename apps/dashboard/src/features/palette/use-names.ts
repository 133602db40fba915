'use client';
import { useQueries } from '@tanstack/react-query';
import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { KubeError } from '#features/kube/kube-error.ts';
import { listNames, type ObjectName } from '#features/kube/list-names.ts';
import type { NamedObject } from './object-match.ts';

/** Maximum number of names requested per kind; more would make the palette as expensive as a table. */
export const PER_KIND = 1000;
const KEPT_MS = 30_000;

export interface Names {
  objects: readonly NamedObject[];
  /** Whether some are still being requested. */
  loading: boolean;
  /** The kinds of which there are more objects than were requested. */
  cut: readonly ApiResource[];
}

/**
 * The names of all objects of these kinds, in the order of the kinds: one request per kind, without any contents, and none
 * while the last answer is fresh. Kinds that the person may not list are left out; their own pages say why.
 */
export function useNames(ref: ClusterRef | undefined, kinds: readonly ApiResource[]): Names {
  const { lists, loading } = useQueries({
    queries: kinds.map((kind) => ({
      queryKey: ['names', ref?.organization, ref?.cluster, resourceId(kind)],
      enabled: ref !== undefined,
      staleTime: KEPT_MS,
      retry: (failures: number, error: Error) => failures < 2 && !(error instanceof KubeError && error.lasting),
      // Without the signal: a request goes on when the text is erased, because the next letter would only repeat it.
      queryFn: async (): Promise<ObjectName[]> => (ref === undefined ? [] : listNames(ref, kind, { most: PER_KIND })),
    })),
    combine,
  });
  // The kinds are not part of what is kept: discovery may have told more about them since.
  const objects = kinds.flatMap((kind, index) => lists[index]?.map((found) => ({ ...found, kind })) ?? []);
  return { objects, loading, cut: kinds.filter((_, index) => (lists[index]?.length ?? 0) >= PER_KIND) };
}

const combine = (results: readonly { data: ObjectName[] | undefined; isLoading: boolean }[]) => ({
  lists: results.map(({ data }) => data),
  loading: results.some(({ isLoading }) => isLoading),
});
