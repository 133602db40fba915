import type { HeldTerminal } from '@postern/contracts';
import { ClipboardPaste, Copy, Eraser, LogOut, Minus, Plus, Power, Search } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import { endTerminal } from './held-terminals.ts';
import type { TerminalScreen } from './terminal-screen.ts';
import { changeTerminalSettings } from './terminal-settings.ts';

/** The context of a terminal's actions. The terminal also handles keys of its own, see `terminalKey`. */
export interface TerminalContext {
  pod: string;
  /** Undefined before it is rendered. */
  screen: TerminalScreen | undefined;
  /** In pixels. */
  fontSize: number;
  search: () => void;
  /** The shell, while it runs and is shown. */
  held: HeldTerminal | undefined;
  /** Closes the pane, and leaves the shell running; undefined if it has no pane of its own. */
  leave: (() => void) | undefined;
}

const terminal = {
  group: 'dock',
  note: ({ pod }: TerminalContext) => pod,
  enabled: ({ screen }: TerminalContext) => screen !== undefined,
} as const;

export const searchTerminal: Action<TerminalContext> = {
  ...terminal,
  id: 'terminal.search',
  label: 'Search',
  icon: Search,
  // The palette restores the focus when it closes, so the search field would lose it.
  unlisted: true,
  run: ({ search }) => search(),
};

export const clipboardActions: readonly Action<TerminalContext>[] = [
  {
    ...terminal,
    id: 'terminal.copy',
    label: 'Copy the selection',
    icon: Copy,
    run: ({ screen }) => void screen?.copy(),
  },
  {
    ...terminal,
    id: 'terminal.paste',
    label: 'Paste',
    icon: ClipboardPaste,
    run: ({ screen }) => void screen?.paste(),
  },
  { ...terminal, id: 'terminal.clear', label: 'Clear', icon: Eraser, run: ({ screen }) => screen?.clear() },
];

export const textSizeActions: readonly Action<TerminalContext>[] = [
  {
    ...terminal,
    id: 'terminal.larger',
    label: ({ fontSize }) => `Larger text (${fontSize})`,
    icon: Plus,
    run: ({ fontSize }) => changeTerminalSettings({ fontSize: fontSize + 1 }),
  },
  {
    ...terminal,
    id: 'terminal.smaller',
    label: 'Smaller text',
    icon: Minus,
    run: ({ fontSize }) => changeTerminalSettings({ fontSize: fontSize - 1 }),
  },
];

/** What the owner of a shell can do with it. */
export const shellActions: readonly Action<TerminalContext>[] = [
  {
    ...terminal,
    id: 'terminal.leave',
    label: 'Close, and leave the shell running',
    icon: LogOut,
    enabled: ({ held, leave }) => held?.owner.own === true && leave !== undefined,
    run: ({ leave }) => leave?.(),
  },
  {
    ...terminal,
    id: 'terminal.end',
    label: 'End the shell',
    icon: Power,
    danger: true,
    enabled: ({ held }) => held?.owner.own === true,
    run: ({ held }) => {
      if (held !== undefined) void endTerminal(held);
    },
  },
];
