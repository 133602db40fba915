import type { PodTarget, Shell } from '#features/pods/pod-target.ts';

/** The terminal in a pane. */
export interface ShownTerminal {
  id: string;
  /** Whether it ends when its pane is closed: it is the person's own, and they type in it here. */
  endsOnClose: boolean;
}

export interface TerminalPaneProps {
  target: PodTarget;
  /** Initial choice; default: `auto`. */
  shell?: Shell;
  /** Whether it is in front, takes the focus and measures its latency. Default: true. */
  active?: boolean;
  /** If false, shows a button that starts it. Default: true. */
  startAtOnce?: boolean;
  /** The terminal to come back to, instead of opening a shell. */
  held?: string | undefined;
  /** Called with the terminal that is shown; with undefined when it has ended. */
  onHeld?: (held: ShownTerminal | undefined) => void;
  /** Leaves the shell running, without this pane. */
  onLeave?: () => void;
  /** Called when another container or shell was chosen. */
  onChoice?: (choice: { container?: string; shell?: Shell }) => void;
}
