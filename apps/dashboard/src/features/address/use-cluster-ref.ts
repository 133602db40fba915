'use client';
import { useParams } from 'next/navigation';
import { useMemo } from 'react';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';

/** The cluster in the URL; for pages of a cluster. */
export function useClusterRef(): ClusterRef {
  const params = useParams<{ organization: string; cluster: string }>();
  const organization = decodeURIComponent(params.organization);
  const cluster = decodeURIComponent(params.cluster);
  return useMemo(() => ({ organization, cluster }), [organization, cluster]);
}
