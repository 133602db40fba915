import { sharedValue } from '#components/shared-value.ts';
import type { PodTarget, Shell } from '#features/pods/pod-target.ts';

export interface DockTab {
  id: string;
  kind: 'terminal' | 'logs';
  target: PodTarget;
  shell: Shell;
  /** The name given by a person; default: the pod's name. */
  name?: string | undefined;
  /** Whether it was open before the page was reloaded, in which case its shell has ended. */
  restored?: boolean;
}

export interface DockState {
  tabs: readonly DockTab[];
  active: string | undefined;
  /** Id of the tab shown beside the active one. */
  beside: string | undefined;
  open: boolean;
  maximised: boolean;
  /** In pixels. */
  height: number;
}

const KEY = 'postern.dock';
const MOST_TABS = 16;
export const LEAST_HEIGHT = 140;
const EMPTY: DockState = { tabs: [], active: undefined, beside: undefined, open: false, maximised: false, height: 320 };

const dock = sharedValue(EMPTY);
let restored = false;

export const useDock = dock.use;

function set(change: Partial<DockState>): void {
  const next = { ...dock.get(), ...change };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Without storage, the dock is empty after a reload.
  }
  dock.set(next);
}

/** Restores the tabs that were open before this page was loaded; called once, after the first paint. */
export function restoreDock(): void {
  if (restored) return;
  restored = true;
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as DockState | null;
    if (stored === null || !Array.isArray(stored.tabs)) return;
    const before = stored.tabs.map((tab) => ({ ...tab, restored: true }));
    const tabs = [...before, ...dock.get().tabs.filter(({ id }) => !before.some((tab) => tab.id === id))];
    const active = tabs.find(({ id }) => id === stored.active) ?? tabs[0];
    set({ ...EMPTY, ...stored, tabs, active: active?.id });
  } catch {
    // The stored value is not ours.
  }
}

/** Opens logs or a terminal; logs that are already open are activated instead. */
export function openInDock(tab: { kind: DockTab['kind']; target: PodTarget; shell?: Shell }): void {
  const { kind, target, shell = 'auto' } = tab;
  const { tabs, beside } = dock.get();
  const same = tabs.find((open) => kind === 'logs' && open.kind === kind && sameTarget(open.target, target));
  if (same !== undefined) {
    showTab(same.id);
    return;
  }
  const id = crypto.randomUUID();
  const kept = [...tabs, { id, kind, target, shell }].slice(-MOST_TABS);
  set({ tabs: kept, active: id, open: true, beside: kept.find((open) => open.id === beside)?.id });
}

function sameTarget(a: PodTarget, b: PodTarget): boolean {
  return (
    a.ref.organization === b.ref.organization &&
    a.ref.cluster === b.ref.cluster &&
    a.namespace === b.namespace &&
    a.pod === b.pod &&
    a.container === b.container
  );
}

export function closeTab(id: string): void {
  const { active, beside, ...before } = dock.get();
  const index = before.tabs.findIndex((tab) => tab.id === id);
  const tabs = before.tabs.filter((tab) => tab.id !== id);
  const front = active === id ? tabs[Math.min(index, tabs.length - 1)]?.id : active;
  set({
    tabs,
    active: front,
    beside: beside === id || beside === front ? undefined : beside,
    ...(tabs.length === 0 && { open: false, maximised: false }),
  });
}

export function showTab(id: string): void {
  const { beside } = dock.get();
  set({ active: id, open: true, beside: beside === id ? undefined : beside });
}

/** Goes to the next or the previous tab. */
export function stepTab(step: 1 | -1): void {
  const { tabs, active } = dock.get();
  const index = tabs.findIndex(({ id }) => id === active);
  const next = tabs.at((index + step) % tabs.length);
  if (next !== undefined) showTab(next.id);
}

/** Toggles whether the previous tab is shown beside the active one. */
export function toggleBeside(): void {
  const { tabs, active, beside } = dock.get();
  const other = tabs.findLast(({ id }) => id !== active);
  set({ beside: beside === undefined ? other?.id : undefined });
}

export function changeTab(id: string, change: Partial<Omit<DockTab, 'id'>>): void {
  set({ tabs: dock.get().tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) });
}

export function setDock(change: Partial<Pick<DockState, 'open' | 'maximised' | 'height'>>): void {
  set(change);
}
