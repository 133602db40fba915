'use client';
import type { Cluster } from '@postern/contracts';
import { type QueryClient, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { deferredCode, useDeferredCode } from '#components/deferred.tsx';
import { api } from '#features/browser-session/api.ts';
import { withCluster, withoutCluster } from './cluster-cache.ts';

// Not needed for the first paint.
const clusterUpdates = deferredCode(() => import('./cluster-updates.ts'));

const keyOf = (organization: string) => ['clusters', organization] as const;

/** All clusters of an organization, sorted by name, kept up to date by `useClusterUpdates`. */
export function useClusters(organization: string | undefined): UseQueryResult<Cluster[]> {
  return useQuery({
    queryKey: keyOf(organization ?? ''),
    queryFn: async ({ signal }) => {
      const { items } = await api.call('listClusters', { params: { organization: organization ?? '' }, signal });
      return sortedByName(items);
    },
    enabled: organization !== undefined,
    // `useClusterUpdates` reports changes.
    staleTime: 30_000,
  });
}

/** One cluster by name, from the list: `data` is null if the organization has no cluster with this name. */
export function useCluster(organization: string | undefined, name: string | undefined) {
  const clusters = useClusters(organization);
  const data =
    clusters.data === undefined ? undefined : (clusters.data.find((cluster) => cluster.name === name) ?? null);
  return { ...clusters, data };
}

/** Whether a cluster exists and its agent has ever connected, so that it can be queried. */
export function useHasConnected(organization: string | undefined, name: string | undefined): boolean {
  const cluster = useCluster(organization, name).data;
  return cluster !== undefined && cluster !== null && cluster.status !== 'pending';
}

/** Updates the list right after our own call, before its event arrives. */
export function useClusterList(organization: string) {
  return cachedList(useQueryClient(), organization);
}

/** An organization's cached list, if any. */
function cachedList(client: QueryClient, organization: string) {
  const queryKey = keyOf(organization);
  const set = async (next: (list: Cluster[] | undefined) => Cluster[] | undefined): Promise<void> => {
    // A response that is still on its way would be older.
    await client.cancelQueries({ queryKey });
    client.setQueryData<Cluster[]>(queryKey, next);
  };
  /** Does nothing, and leaves the first response on its way, while there is no list. */
  const change = (next: (list: Cluster[]) => Cluster[]): void => {
    if (client.getQueryData(queryKey) !== undefined) void set((list) => list && next(list));
  };
  return {
    put: (cluster: Cluster) => change((list) => withCluster(list, cluster)),
    remove: (id: string) => change((list) => withoutCluster(list, id)),
    replace: (clusters: readonly Cluster[]) => void set(() => sortedByName(clusters)),
  };
}

const sortedByName = (clusters: readonly Cluster[]): Cluster[] =>
  clusters.toSorted((a, b) => a.name.localeCompare(b.name));

/** Keeps an organization's list up to date with the gateway; called once, by the frame. */
export function useClusterUpdates(organization: string | undefined): void {
  const client = useQueryClient();
  const updates = useDeferredCode(clusterUpdates).content;
  useEffect(() => {
    if (organization === undefined || updates === undefined) return;
    const stop = new AbortController();
    const list = cachedList(client, organization);
    updates.keepUpToDate({ organization, list, signal: stop.signal });
    return () => stop.abort();
  }, [organization, client, updates]);
}
