import type { PodTarget, Shell } from '#features/pods/pod-target.ts';

export interface TerminalPaneProps {
  target: PodTarget;
  /** Initial choice; default: `auto`. */
  shell?: Shell;
  /** Whether it is in front, takes the focus and measures its latency. Default: true. */
  active?: boolean;
  /** If false, shows a button that starts it. Default: true. */
  startAtOnce?: boolean;
  /** Called when another container or shell was chosen. */
  onChoice?: (choice: { container?: string; shell?: Shell }) => void;
}
