import type { ClusterRef } from '#features/kube/cluster-ref.ts';

/** The subject of a terminal or log: a pod, and optionally one of its containers. */
export interface PodTarget {
  ref: ClusterRef;
  namespace: string;
  pod: string;
  container?: string | undefined;
}

/** The shell of a terminal; `auto`: bash if it exists, otherwise sh. */
export type Shell = 'auto' | 'bash' | 'sh';
