import type { ClusterRef } from '#features/kube/cluster-ref.ts';

/** What a terminal or a log is of: a pod, and perhaps one of its containers. */
export interface PodTarget {
  ref: ClusterRef;
  namespace: string;
  pod: string;
  container?: string | undefined;
}

/** Which shell a terminal runs; `auto`: bash where there is one, else sh. */
export type Shell = 'auto' | 'bash' | 'sh';
