import type { HeldTerminal } from '@postern/contracts';
import { Columns2, SkipBack, SkipForward, SquareTerminal } from 'lucide-react';
import { formatAge } from '#components/format/age.ts';
import { isApple } from '#components/keys/chord.ts';
import type { Action } from '#features/actions/action.ts';
import { type DockState, openHeld, setDock, stepTab, toggleBeside } from './dock-store.ts';

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

/** Shows a terminal that runs without a tab here. */
export const showRunning: Action<HeldTerminal> = {
  group: 'dock',
  id: 'dock.show-running',
  icon: SquareTerminal,
  label: ({ pod, container, cluster, namespace, owner, ended, endsAt }) =>
    [
      `${pod} · ${container}, ${cluster} / ${namespace}`,
      ...(owner.own ? [] : [`shared by ${owner.email}`]),
      ended !== null
        ? 'has ended'
        : endsAt === null
          ? 'open elsewhere'
          : `ends in ${formatAge(new Date(endsAt).getTime() - Date.now())}`,
    ].join(', '),
  run: openHeld,
};
