import type { PodTarget } from '#features/pods/pod-target.ts';

export interface LogsPaneProps {
  target: PodTarget;
  /** It is in front. Hidden logs go on reading. Default true. */
  active?: boolean;
  /** Somebody chose another container. */
  onChoice?: (choice: { container: string }) => void;
}
