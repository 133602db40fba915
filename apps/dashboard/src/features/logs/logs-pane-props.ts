import type { LogSelection } from './log-selection.ts';

export interface LogsPaneProps {
  selection: LogSelection;
  /** Whether it is in front. Hidden logs continue reading. Default: true. */
  active?: boolean;
  /** Called when another container was chosen. */
  onChoice?: (choice: { container: string }) => void;
}
