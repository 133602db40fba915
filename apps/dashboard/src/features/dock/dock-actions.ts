import { Columns2, SkipBack, SkipForward } from 'lucide-react';
import { isApple } from '#components/keys/chord.ts';
import type { Action } from '#features/actions/action.ts';
import { type DockState, setDock, stepTab, toggleBeside } from './dock-store.ts';

// Control on every keyboard, because the browser uses ⌘ with these keys.
const CTRL = isApple() ? 'ctrl' : 'mod';
const dock = { group: 'dock', inFields: true } as const;

export const toggleDock: Action<DockState> = {
  ...dock,
  id: 'dock.toggle',
  label: ({ open }) => (open ? 'Hide the dock' : 'Show the dock'),
  keys: `${CTRL}+\``,
  run: ({ open }) => {
    setDock({ open: !open });
    if (open) document.getElementById('main')?.focus({ preventScroll: true });
  },
};

const nextTab: Action<DockState> = {
  ...dock,
  id: 'dock.next-tab',
  label: 'Next tab',
  icon: SkipForward,
  keys: `${CTRL}+shift+pagedown`,
  enabled: ({ tabs }) => tabs.length > 1,
  run: () => stepTab(1),
};

const previousTab: Action<DockState> = {
  ...dock,
  id: 'dock.previous-tab',
  label: 'Previous tab',
  icon: SkipBack,
  keys: `${CTRL}+shift+pageup`,
  enabled: ({ tabs }) => tabs.length > 1,
  run: () => stepTab(-1),
};

export const toggleTwoTabs: Action<DockState> = {
  ...dock,
  id: 'dock.two-tabs',
  label: 'Show two side by side',
  icon: Columns2,
  enabled: ({ open, tabs }) => open && tabs.length > 1,
  run: toggleBeside,
};

export const maximiseDock: Action<DockState> = {
  ...dock,
  id: 'dock.maximise',
  label: ({ maximised }) => (maximised ? 'Make the dock smaller' : 'Maximise the dock'),
  enabled: ({ open }) => open,
  run: ({ maximised }) => setDock({ maximised: !maximised }),
};

export const dockActions: readonly Action<DockState>[] = [
  toggleDock,
  nextTab,
  previousTab,
  toggleTwoTabs,
  maximiseDock,
];
