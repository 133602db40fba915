import type { PodTarget, Shell } from '#features/pods/pod-target.ts';

export interface TerminalPaneProps {
  target: PodTarget;
  /** First choice; default `auto`. */
  shell?: Shell;
  /** It is in front: takes the focus and measures its latency. Default true. */
  active?: boolean;
  /** False: shows a button that starts it. Default true. */
  startAtOnce?: boolean;
  /** Somebody chose another container or shell. */
  onChoice?: (choice: { container?: string; shell?: Shell }) => void;
}
