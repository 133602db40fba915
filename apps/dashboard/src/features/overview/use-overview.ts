'use client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { KubeError } from '#features/kube/kube-error.ts';
import { type KubeList, kubeList, type ListRequest } from './kube-list.ts';
import type { KubeEvent, KubeNode, MetadataOnly, NodeMetrics, Pod } from './kube-objects.ts';

export interface OverviewScope {
  organization: string;
  cluster: string;
  /** False while the agent is offline: the last data stays. */
  online: boolean;
}

/** More pods than this are not summed up: the page would cost the cluster more than it tells. */
export const MOST_PODS = 5000;

function useKube<T>(
  scope: OverviewScope,
  name: string,
  request: Omit<ListRequest, 'organization' | 'cluster' | 'signal'> & { everySeconds: number },
): UseQueryResult<KubeList<T>> {
  const { organization, cluster, online } = scope;
  const { everySeconds, ...rest } = request;
  return useQuery({
    queryKey: ['overview', organization, cluster, name],
    queryFn: ({ signal }) => kubeList<T>({ organization, cluster, ...rest, signal }),
    enabled: online,
    retry: (failures, error) => failures < 2 && !(error instanceof KubeError && error.lasting),
    refetchInterval: (query) => {
      // What is forbidden stays so for a while; what is large is asked less often.
      if (query.state.error instanceof KubeError && query.state.error.lasting) return 5 * 60_000;
      const size = query.state.data?.items.length ?? 0;
      return everySeconds * 1000 * (size > 1000 ? 6 : 1);
    },
  });
}

export const useNodes = (scope: OverviewScope) =>
  useKube<KubeNode>(scope, 'nodes', { path: '/api/v1/nodes', pageSize: 250, pages: 8, everySeconds: 15 });

export const usePods = (scope: OverviewScope) =>
  useKube<Pod>(scope, 'pods', { path: '/api/v1/pods', pageSize: 1000, pages: MOST_PODS / 1000, everySeconds: 15 });

export const useWarnings = (scope: OverviewScope) =>
  useKube<KubeEvent>(scope, 'warnings', {
    path: '/api/v1/events',
    fieldSelector: 'type=Warning',
    pageSize: 1000,
    pages: 3,
    everySeconds: 20,
  });

export const useReplicaSets = (scope: OverviewScope) =>
  useKube<MetadataOnly>(scope, 'replica-sets', {
    path: '/apis/apps/v1/replicasets',
    pageSize: 1000,
    pages: 3,
    metadataOnly: true,
    everySeconds: 30,
  });

/** Use of CPU and memory; only where the cluster serves the metrics API. */
export const useNodeMetrics = (scope: OverviewScope) =>
  useKube<NodeMetrics>(scope, 'node-metrics', {
    path: '/apis/metrics.k8s.io/v1beta1/nodes',
    pageSize: 1000,
    everySeconds: 20,
  });
