import type { PodTarget } from '#features/pods/pod-target.ts';

export interface LogsPaneProps {
  target: PodTarget;
  /** Whether it is in front. Hidden logs continue reading. Default: true. */
  active?: boolean;
  /** Called when another container was chosen. */
  onChoice?: (choice: { container: string }) => void;
}
