import { sharedValue } from '#components/shared-value.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import type { DrainState } from './drain-run.ts';

/** The drain of one node, running or finished. */
export interface Drain {
  id: string;
  ref: ClusterRef;
  node: string;
  state: DrainState;
}

export interface Drains {
  all: readonly Drain[];
}

/** The drains of this tab. Kept apart from what runs them, which is loaded with the first drain. */
export const drains = sharedValue<Drains>({ all: [] });
