'use client';
import { useMemo } from 'react';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { useLocation } from './use-location.ts';

/** The cluster in the URL; for pages of a cluster. */
export function useClusterRef(): ClusterRef {
  const { organization = '', cluster = '' } = useLocation();
  return useMemo(() => ({ organization, cluster }), [organization, cluster]);
}
