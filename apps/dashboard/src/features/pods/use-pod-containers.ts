'use client';
import { useQuery } from '@tanstack/react-query';
import { kubeJson } from '#features/kube/kube-fetch.ts';
import { type PodContainers, podPath, readContainers } from './pod-containers.ts';
import type { PodTarget } from './pod-target.ts';

/** The containers of a pod, to choose from. Undefined if not yet loaded, or not readable. */
export function usePodContainers({ ref, namespace, pod }: PodTarget): PodContainers | undefined {
  const { data } = useQuery({
    queryKey: ['pod-containers', ref.organization, ref.cluster, namespace, pod],
    queryFn: async ({ signal }) => readContainers(await kubeJson(ref, podPath({ namespace, pod }), { signal })),
    staleTime: 15_000,
    retry: 1,
  });
  return data;
}
