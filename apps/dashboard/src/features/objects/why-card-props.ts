import type { Verdict } from '#features/health/verdict.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';

export interface WhyCardProps {
  target: ObjectRef;
  object: KubeObject;
  verdict: Verdict;
  /** When it was judged, in milliseconds since 1970. */
  now: number;
  /** Opens another tab of the object's page. */
  onTab: (tab: 'events' | 'yaml') => void;
}
