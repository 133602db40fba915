import type { HeldTerminal } from '@postern/contracts';
import { sharedValue } from '#components/shared-value.ts';
import { type LogSelection, selectionKey } from '#features/logs/log-selection.ts';
import type { PodTarget, Shell } from '#features/pods/pod-target.ts';
import { endTerminal } from '#features/terminal/held-terminals.ts';
import type { ShownTerminal } from '#features/terminal/terminal-pane-props.ts';

interface TabBase {
  id: string;
  /** The name given by a person; default: the name of what it shows. */
  name?: string | undefined;
  /** Whether it was open before the page was reloaded. */
  restored?: boolean;
  /** Whether it was the active tab when another organization was shown. */
  front?: boolean;
}

export interface TerminalTab extends TabBase {
  kind: 'terminal';
  target: PodTarget;
  shell: Shell;
  /** The terminal that it shows, held by the gateway. */
  held?: ShownTerminal | undefined;
}

export interface LogsTab extends TabBase {
  kind: 'logs';
  selection: LogSelection;
}

export type DockTab = TerminalTab | LogsTab;

export interface DockState {
  tabs: readonly DockTab[];
  /** The tabs of other organizations, which go on unseen until one returns to theirs. */
  others: readonly DockTab[];
  /** A tab for which there is no place: the person is asked which other to close. */
  waiting?: DockTab | undefined;
  active: string | undefined;
  /** Id of the tab shown beside the active one. */
  beside: string | undefined;
  open: boolean;
  maximised: boolean;
  /** In pixels. */
  height: number;
}

const KEY = 'postern.dock';
/** At most this many tabs of an organization. */
export const MOST_TABS = 16;
export const LEAST_HEIGHT = 140;
const EMPTY: DockState = {
  tabs: [],
  others: [],
  active: undefined,
  beside: undefined,
  open: false,
  maximised: false,
  height: 320,
};

const dock = sharedValue(EMPTY);
let restored = false;

export const useDock = dock.use;

function set(change: Partial<DockState>): void {
  const next = { ...dock.get(), ...change };
  const { waiting, ...kept } = next;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
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
    const readTabs = (tabs: readonly DockTab[]) =>
      tabs
        .filter((tab) => ('selection' in tab ? tab.kind === 'logs' : tab.kind === 'terminal'))
        .map((tab) => ({ ...tab, restored: true }));
    const before = readTabs(stored.tabs);
    const others = Array.isArray(stored.others) ? readTabs(stored.others) : [];
    const tabs = [...before, ...dock.get().tabs.filter(({ id }) => !before.some((tab) => tab.id === id))];
    const active = tabs.find(({ id }) => id === stored.active) ?? tabs[0];
    set({ ...EMPTY, ...stored, tabs, others, active: active?.id });
  } catch {
    // The stored value is not ours.
  }
}

/** How many terminals are open in tabs. */
export function openTerminals(): number {
  const { tabs, others } = dock.get();
  return [...tabs, ...others].filter((tab) => tab.kind === 'terminal' && tab.held !== undefined).length;
}

/** Opens logs or a terminal; logs that are already open are activated instead. */
export function openInDock(
  tab: { kind: 'terminal'; target: PodTarget; shell?: Shell } | { kind: 'logs'; selection: LogSelection },
): void {
  const { tabs } = dock.get();
  const same = tab.kind === 'logs' ? tabs.find((open) => open.kind === 'logs' && sameLogs(open, tab)) : undefined;
  if (same !== undefined) {
    showTab(same.id);
    return;
  }
  const id = crypto.randomUUID();
  add(tab.kind === 'logs' ? { ...tab, id } : { shell: 'auto', ...tab, id });
}

const organizationOf = (tab: DockTab): string => (tab.kind === 'logs' ? tab.selection : tab.target).ref.organization;

/** Shows the tabs of an organization and hides all others, which stay as they are. */
export function showTabsOf(organization: string): void {
  const { tabs, others, active, beside } = dock.get();
  const all = [...others, ...tabs.map((tab) => ({ ...tab, front: tab.id === active }))];
  const shown = all.filter((tab) => organizationOf(tab) === organization);
  const front = shown.find((tab) => tab.front) ?? shown.at(-1);
  set({
    tabs: shown,
    others: all.filter((tab) => !shown.includes(tab)),
    active: front?.id,
    beside: shown.find(({ id }) => id === beside)?.id,
    waiting: undefined,
  });
}

/** Adds a tab, or asks which other to close for it. Nothing is closed unasked: it may be a running shell. */
function add(tab: DockTab): void {
  const { tabs } = dock.get();
  if (tabs.length >= MOST_TABS) set({ waiting: tab });
  else set({ tabs: [...tabs, tab], active: tab.id, open: true, waiting: undefined });
}

/** Closes a tab for the one that waits; without an id, that one is not opened. */
export function makeRoom(id?: string): void {
  const { waiting } = dock.get();
  set({ waiting: undefined });
  if (id === undefined || waiting === undefined) return;
  closeTab(id);
  add(waiting);
}

function sameLogs({ selection: a }: Pick<LogsTab, 'selection'>, { selection: b }: Pick<LogsTab, 'selection'>): boolean {
  return selectionKey(a) === selectionKey(b) && a.container === b.container;
}

/** Shows a terminal that the gateway holds; if a tab shows it already, that tab. */
export function openHeld(terminal: HeldTerminal): void {
  const { tabs } = dock.get();
  const shown = tabs.find((tab) => tab.kind === 'terminal' && tab.held?.id === terminal.id);
  if (shown !== undefined) {
    showTab(shown.id);
    return;
  }
  const { id, organization, cluster, namespace, pod, container } = terminal;
  const target = { ref: { organization, cluster }, namespace, pod, container };
  add({ id: crypto.randomUUID(), kind: 'terminal', target, shell: 'auto', held: { id, endsOnClose: false } });
}

/** Closes a tab. Its shell ends with it, if it is this person's and nobody types in it elsewhere. */
export function closeTab(id: string): void {
  const tab = dock.get().tabs.find((open) => open.id === id);
  if (tab?.kind === 'terminal' && tab.held?.endsOnClose === true) {
    void endTerminal({ organization: tab.target.ref.organization, id: tab.held.id });
  }
  leaveTab(id);
}

/** Closes a tab, and leaves its shell running. */
export function leaveTab(id: string): void {
  const { active, beside, ...before } = dock.get();
  if (before.others.some((tab) => tab.id === id)) {
    set({ others: before.others.filter((tab) => tab.id !== id) });
    return;
  }
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

/** Changes a tab; only fields of its kind. */
export function changeTab(
  id: string,
  change: Partial<Omit<TerminalTab, 'id' | 'kind'>> | Partial<Omit<LogsTab, 'id' | 'kind'>>,
): void {
  const { tabs, others } = dock.get();
  const changed = (tab: DockTab) => (tab.id === id ? ({ ...tab, ...change } as DockTab) : tab);
  set({ tabs: tabs.map(changed), others: others.map(changed) });
}

export function setDock(change: Partial<Pick<DockState, 'open' | 'maximised' | 'height'>>): void {
  set(change);
}
