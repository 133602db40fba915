import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readContainers } from '#features/pods/pod-containers.ts';
import type { DockTab } from './dock-store.ts';
import { tabName } from './tab-names.ts';

const ref = { organization: 'acme', cluster: 'demo' };
const target = (pod: string) => ({ ref, namespace: 'shop', pod });
const logs = (pod: string, of = ref) => ({
  kind: 'logs' as const,
  selection: { ref: of, of: 'pods' as const, pods: [{ namespace: 'shop', name: pod }] },
});
const KEY = 'postern.dock';

let storage: Map<string, string>;
beforeEach(() => {
  storage = new Map();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
  });
  vi.resetModules();
});
const state = () => JSON.parse(storage.get(KEY) ?? 'null');
const load = () => import('./dock-store.ts');

describe('the dock', () => {
  it('opens a terminal each time, but the logs of a pod once', async () => {
    const { openInDock } = await load();
    openInDock({ kind: 'terminal', target: target('a') });
    openInDock({ kind: 'terminal', target: target('a') });
    openInDock(logs('a'));
    openInDock(logs('b'));
    openInDock(logs('a'));
    const { tabs, active, open } = state();
    expect(tabs.map((tab: DockTab) => `${tab.kind} ${tabName(tab, [])}`)).toEqual([
      'terminal a',
      'terminal a',
      'logs a',
      'logs b',
    ]);
    expect(active).toBe(tabs[2].id);
    expect(open).toBe(true);
  });

  it('activates the neighbour of a closed tab, and closes after the last one', async () => {
    const { openInDock, closeTab } = await load();
    for (const pod of ['a', 'b', 'c']) openInDock(logs(pod));
    const [a, b, c] = state().tabs.map(({ id }: { id: string }) => id);
    closeTab(c);
    expect(state().active).toBe(b);
    closeTab(a);
    expect(state().active).toBe(b);
    closeTab(b);
    expect(state()).toMatchObject({ tabs: [], open: false });
  });

  it('cycles through its tabs', async () => {
    const { openInDock, stepTab } = await load();
    for (const pod of ['a', 'b', 'c']) openInDock(logs(pod));
    const ids = state().tabs.map(({ id }: { id: string }) => id);
    stepTab(1);
    expect(state().active).toBe(ids[0]);
    stepTab(-1);
    expect(state().active).toBe(ids[2]);
  });

  it('shows two different tabs side by side', async () => {
    const { openInDock, showTab, toggleBeside } = await load();
    for (const pod of ['a', 'b']) openInDock(logs(pod));
    const [a, b] = state().tabs.map(({ id }: { id: string }) => id);
    toggleBeside();
    expect(state()).toMatchObject({ active: b, beside: a });
    showTab(a);
    expect(state()).toMatchObject({ active: a });
    expect(state().beside).toBeUndefined();
  });

  it('keeps two tabs side by side while others open and close, until the second is activated', async () => {
    const { openInDock, closeTab, toggleBeside } = await load();
    for (const pod of ['a', 'b', 'c']) openInDock(logs(pod));
    const [a, b, c] = state().tabs.map(({ id }: { id: string }) => id);
    toggleBeside();
    expect(state()).toMatchObject({ active: c, beside: b });
    closeTab(a);
    expect(state()).toMatchObject({ active: c, beside: b });
    openInDock(logs('b'));
    expect(state().active).toBe(b);
    expect(state().beside).toBeUndefined();
  });

  it('is restored after a reload, with shells marked as ended', async () => {
    const before = await load();
    before.openInDock({ kind: 'terminal', target: target('a') });
    before.setDock({ height: 500 });
    vi.resetModules();
    const after = await load();
    after.restoreDock();
    expect(state()).toMatchObject({ height: 500, open: true, tabs: [{ restored: true }] });
    expect(state().active).toBe(state().tabs[0].id);
  });

  it('ignores a stored value that is not its own', async () => {
    storage.set(KEY, '{"tabs":7}');
    const { restoreDock } = await load();
    restoreDock();
    expect(state()).toEqual({ tabs: 7 });
  });
});

describe('a full dock', () => {
  const fill = async () => {
    const store = await load();
    for (let index = 0; index < store.MOST_TABS; index++) store.openInDock(logs(`p${index}`));
    return store;
  };
  const pods = () => state().tabs.map((tab: DockTab) => tabName(tab, []));

  it('closes no tab unasked, and forgets the new one if none is to be closed', async () => {
    const { openInDock, makeRoom } = await fill();
    openInDock({ kind: 'terminal', target: target('new') });
    expect(pods()).toEqual(Array.from({ length: 16 }, (_, index) => `p${index}`));
    makeRoom();
    expect(pods()).not.toContain('new');
    expect(state().waiting).toBeUndefined();
  });

  it('opens the new tab in place of the one that is chosen', async () => {
    const { openInDock, makeRoom } = await fill();
    openInDock({ kind: 'terminal', target: target('new') });
    makeRoom(state().tabs[3].id);
    expect(pods()).toHaveLength(16);
    expect(pods()).not.toContain('p3');
    expect(pods().at(-1)).toBe('new');
    expect(state().active).toBe(state().tabs.at(-1).id);
  });

  it('still shows the logs that are open', async () => {
    const { openInDock } = await fill();
    openInDock(logs('p2'));
    expect(state().active).toBe(state().tabs[2].id);
  });
});

describe('tabs of another organization', () => {
  const globex = { organization: 'globex', cluster: 'demo' };
  const pods = (tabs: readonly DockTab[]) => tabs.map((tab) => tabName(tab, []));

  it('are hidden, go on, and are shown again with the same one active', async () => {
    const { openInDock, showTab, showTabsOf, changeTab } = await load();
    showTabsOf('acme');
    for (const pod of ['a', 'b']) openInDock({ kind: 'terminal', target: target(pod) });
    const [a, b] = state().tabs.map(({ id }: { id: string }) => id);
    showTab(a);
    showTabsOf('globex');
    expect(state()).toMatchObject({ tabs: [], others: [{ id: a }, { id: b }] });
    openInDock(logs('c', globex));
    changeTab(b, { held: { id: 'x', endsOnClose: true } });
    expect(pods(state().tabs)).toEqual(['c']);
    showTabsOf('acme');
    expect(pods(state().tabs)).toEqual(['a', 'b']);
    expect(pods(state().others)).toEqual(['c']);
    expect(state().active).toBe(a);
    expect(state().tabs[1].held).toEqual({ id: 'x', endsOnClose: true });
  });

  it('take no place, and survive a reload', async () => {
    const before = await load();
    before.showTabsOf('acme');
    for (let index = 0; index < 16; index++) before.openInDock(logs(`p${index}`));
    before.showTabsOf('globex');
    before.openInDock(logs('c', globex));
    expect(pods(state().tabs)).toEqual(['c']);
    vi.resetModules();
    const after = await load();
    after.restoreDock();
    after.showTabsOf('acme');
    expect(state().tabs).toHaveLength(16);
    expect(state().tabs.every(({ restored }: { restored: boolean }) => restored)).toBe(true);
    expect(pods(state().others)).toEqual(['c']);
  });

  it('can end unseen', async () => {
    const { openInDock, showTabsOf, leaveTab } = await load();
    openInDock({ kind: 'terminal', target: target('a') });
    const { id } = state().tabs[0];
    showTabsOf('globex');
    leaveTab(id);
    expect(state()).toMatchObject({ tabs: [], others: [] });
  });
});

describe('the name of a tab', () => {
  const tab = (id: string, pod: string, container?: string) => ({
    id,
    kind: 'terminal' as const,
    shell: 'auto' as const,
    target: { ...target(pod), container },
  });

  it('is the pod’s name, with more detail if several tabs share it', () => {
    const [a, b, c] = [tab('1', 'web'), tab('2', 'web', 'proxy'), tab('3', 'db')];
    const all = [a, b, c];
    expect(all.map((one) => tabName(one, all))).toEqual(['web (1)', 'web · proxy', 'db']);
    expect(tabName({ ...a, name: 'mine' }, all)).toBe('mine');
  });
});

describe('readContainers', () => {
  it('reads kinds, states and the default container', () => {
    const pod = {
      metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'app' } },
      spec: { initContainers: [{ name: 'init' }], containers: [{ name: 'proxy' }, { name: 'app' }] },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'app', state: { running: {} }, restartCount: 2 }],
        initContainerStatuses: [{ name: 'init', state: { terminated: { exitCode: 1 } } }],
      },
    };
    const { containers, main, over } = readContainers(pod);
    expect(main).toBe('app');
    expect(over).toBe(false);
    expect(containers.map(({ name, kind, state }) => `${name} ${kind} ${state}`)).toEqual([
      'proxy container unknown',
      'app container running',
      'init init terminated',
    ]);
    expect(containers.map(({ exitCode }) => exitCode)).toEqual([undefined, undefined, 1]);
  });

  it('reads nothing from invalid input', () => {
    expect(readContainers(null)).toEqual({ containers: [], main: undefined, over: false });
    expect(readContainers({ metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'x' } } }).main).toBe(
      undefined,
    );
  });
});
