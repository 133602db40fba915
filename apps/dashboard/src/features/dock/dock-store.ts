import { useSyncExternalStore } from 'react';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';

/** What a tab is about. */
export interface PodTarget {
  ref: ClusterRef;
  namespace: string;
  pod: string;
  container?: string | undefined;
}

export type Shell = 'auto' | 'bash' | 'sh';

export interface DockTab {
  id: string;
  kind: 'terminal' | 'logs';
  target: PodTarget;
  shell: Shell;
  /** What a person called it; else it is named after its pod. */
  name?: string | undefined;
  /** It was open before the page was loaded again: its shell has ended. */
  restored?: boolean;
}

export interface DockState {
  tabs: readonly DockTab[];
  active: string | undefined;
  /** Shown beside the active one. */
  beside: string | undefined;
  open: boolean;
  maximised: boolean;
  /** Pixels. */
  height: number;
}

const KEY = 'postern.dock';
const MOST_TABS = 16;
export const LEAST_HEIGHT = 140;
const EMPTY: DockState = { tabs: [], active: undefined, beside: undefined, open: false, maximised: false, height: 320 };

let state = EMPTY;
let restored = false;
const listeners = new Set<() => void>();

function set(change: Partial<DockState>): void {
  state = { ...state, ...change };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Without storage the dock is empty after a reload.
  }
  for (const listener of listeners) listener();
}

/** Brings back the tabs that were open before this page was loaded; called once, after the first paint. */
export function restoreDock(): void {
  if (restored) return;
  restored = true;
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as DockState | null;
    if (stored === null || !Array.isArray(stored.tabs)) return;
    const tabs = stored.tabs.map((tab) => ({ ...tab, restored: true }));
    const known = new Set([...tabs, ...state.tabs].map(({ id }) => id));
    set({ ...EMPTY, ...stored, tabs: [...tabs, ...state.tabs.filter(({ id }) => !tabs.some((tab) => tab.id === id))] });
    if (state.active === undefined || !known.has(state.active)) set({ active: state.tabs[0]?.id });
  } catch {
    // Whatever was stored there was not ours.
  }
}

export function useDock(): DockState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
    () => EMPTY,
  );
}

/** Opens logs or a terminal; logs that are open already come to the front instead. */
export function openInDock(tab: { kind: DockTab['kind']; target: PodTarget; shell?: Shell }): void {
  const { kind, target, shell = 'auto' } = tab;
  const same = state.tabs.find((open) => kind === 'logs' && open.kind === kind && sameTarget(open.target, target));
  if (same !== undefined) {
    set({ active: same.id, open: true });
    return;
  }
  const id = crypto.randomUUID();
  const tabs = [...state.tabs, { id, kind, target, shell }];
  set({ tabs: tabs.slice(-MOST_TABS), active: id, open: true, beside: state.beside === id ? undefined : state.beside });
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
  const index = state.tabs.findIndex((tab) => tab.id === id);
  const tabs = state.tabs.filter((tab) => tab.id !== id);
  const neighbour = tabs[Math.min(index, tabs.length - 1)]?.id;
  set({
    tabs,
    active: state.active === id ? neighbour : state.active,
    beside: state.beside === id || state.beside === neighbour ? undefined : state.beside,
    ...(tabs.length === 0 && { open: false, maximised: false }),
  });
}

export function showTab(id: string): void {
  set({ active: id, open: true, beside: state.beside === id ? undefined : state.beside });
}

/** Goes to the next tab, or the one before. */
export function stepTab(step: 1 | -1): void {
  const index = state.tabs.findIndex(({ id }) => id === state.active);
  const next = state.tabs.at((index + step) % state.tabs.length);
  if (next !== undefined) showTab(next.id);
}

/** Shows the tab before the active one beside it, or no longer. */
export function toggleBeside(): void {
  const other = state.tabs.findLast(({ id }) => id !== state.active);
  set({ beside: state.beside === undefined ? other?.id : undefined });
}

export function changeTab(id: string, change: Partial<Omit<DockTab, 'id'>>): void {
  set({ tabs: state.tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) });
}

export function setDock(change: Partial<Pick<DockState, 'open' | 'maximised' | 'height'>>): void {
  set(change);
}
