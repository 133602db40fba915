// @vitest-environment jsdom
import type {
  AttachedTerminal,
  ClientToServerEvents,
  HeldTerminal,
  ServerToClientEvents,
  SocketError,
} from '@postern/contracts';
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import type { Socket } from 'socket.io';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { heldTerminal, id, me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';
import { closeTab, type DockState, openInDock } from './dock-store.ts';

type Opened = Parameters<ClientToServerEvents['terminal:open']>[0];
type Attached = Parameters<ClientToServerEvents['terminal:attach']>[0];

/** The gateway's side of terminals: accepts or refuses, and records what it receives. */
class Shells {
  socket: Socket<ClientToServerEvents, ServerToClientEvents> | undefined;
  /** Since the test began. Ids are never reused, because a test's shells may be closed during the next test. */
  readonly opened: (Opened & { terminal: string })[] = [];
  #made = 0;
  readonly closed: string[] = [];
  readonly acknowledged = new Map<string, number>();
  readonly typed = new Map<string, string>();
  refusal: SocketError | undefined;
  /** The terminals that the gateway holds. */
  held: HeldTerminal[] = [];
  readonly attached: Attached[] = [];
  /** Whether another page types in all of them. */
  isElsewhere = false;
  /** How much each printed. */
  readonly printed = new Map<string, number>();

  listen(gateway: TestGateway): void {
    gateway.live.on('connection', (socket) => {
      socket.on('clusters:watch', (_, answer) => answer({ items: [] }));
      this.socket = socket;
      socket.on('terminal:open', (request, answer) => {
        const terminal = id(100 + ++this.#made);
        this.opened.push({ ...request, terminal });
        answer(this.refusal ?? this.#attached({ ...request, id: terminal }));
      });
      socket.on('terminals:watch', (_, answer) => answer({ items: this.held }));
      socket.on('terminal:attach', (request, answer) => {
        this.attached.push(request);
        const terminal = this.held.find(({ id: held }) => held === request.terminal);
        if (terminal === undefined) answer({ error: { code: 'gateway-stopped', message: 'It was restarted.' } });
        else if (request.mode === 'auto' && this.isElsewhere) answer({ elsewhere: terminal });
        else answer({ terminal, mode: request.mode === 'watch' ? 'watch' : 'write', received: 0, written: 0 });
      });
      socket.on('terminal:input', ({ terminal, from, data }, answer) => {
        const typed = (this.typed.get(terminal) ?? '').slice(0, from) + new TextDecoder().decode(data);
        this.typed.set(terminal, typed);
        answer({ received: typed.length });
      });
      socket.on('terminal:ack', ({ terminal, position }) => this.acknowledged.set(terminal, position));
      socket.on('terminal:close', ({ terminal }, answer) => {
        this.closed.push(terminal);
        answer({});
        this.held = this.held.filter(({ id: held }) => held !== terminal);
        socket.emit('terminals:changed', { organization: 'acme', items: this.held });
      });
    });
  }

  #attached({ id: terminal, ...place }: Opened & { id: string }): AttachedTerminal {
    const { organization, cluster, namespace, pod, container = 'app' } = place;
    const held = heldTerminal({ id: terminal, organization, cluster, namespace, pod, container });
    this.held = [...this.held, held];
    return { terminal: held, mode: 'write', received: 0, written: 0 };
  }

  forget(): void {
    this.refusal = undefined;
    this.isElsewhere = false;
    this.held = [];
    this.attached.length = 0;
    this.printed.clear();
    this.opened.length = 0;
    this.closed.length = 0;
    this.acknowledged.clear();
    this.typed.clear();
  }

  /** The id of the shell with this index among those that the test has opened. */
  shell(index: number): string {
    const { terminal } = this.opened[index] ?? {};
    if (terminal === undefined) throw new Error(`no shell ${index} was opened`);
    return terminal;
  }

  print(terminal: string, text: string): void {
    const data = new TextEncoder().encode(text);
    const position = this.printed.get(terminal) ?? 0;
    this.printed.set(terminal, position + data.byteLength);
    this.socket?.emit('terminal:output', { terminal, position, data });
  }
}

const gateway = new TestGateway();
const shells = new Shells();
beforeAll(async () => {
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [] }));
  await gateway.start();
  shells.listen(gateway);
});
afterAll(() => gateway.stop());
beforeEach(() => shells.forget());

/** Runs before storage is cleared. */
afterEach(() => {
  const stored: DockState | null = JSON.parse(sessionStorage.getItem('postern.dock') ?? 'null');
  // The dock outlives pages.
  for (const { id: tab } of stored?.tabs ?? []) closeTab(tab);
});

const target = (pod: string) => ({ ref: { organization: 'acme', cluster: 'shop' }, namespace: 'default', pod });

/** Renders a page and opens a terminal in each of these pods; the last is in front. */
async function openTerminals(...pods: string[]) {
  const page = renderPage(<p>A page</p>, { gateway, path: '/acme' });
  await screen.findByRole('img', { name: /^Live/ });
  for (const [index, pod] of pods.entries()) {
    act(() => openInDock({ kind: 'terminal', target: target(pod) }));
    await waitFor(() => expect(shells.opened).toHaveLength(index + 1));
  }
  return { ...page, dock: within(await screen.findByRole('region', { name: 'Dock' })) };
}

/** The text on the screen of the terminal in front. */
const drawn = () =>
  [...document.querySelectorAll<HTMLElement>('[id^=dock-pane-]:not(.hidden) .xterm-rows')]
    .map((rows) => rows.textContent)
    .join('');
const isDrawn = (text: string) => waitFor(() => expect(drawn()).toContain(text));
const keyboardOf = (container: HTMLElement) => {
  const field = container.querySelector<HTMLElement>('[id^=dock-pane-]:not(.hidden) .xterm-helper-textarea');
  if (field === null) throw new Error('no terminal is in front');
  return field;
};

describe('the terminal dock', { timeout: 60_000 }, () => {
  it('opens a shell in a pod, draws what it prints, and sends what is typed', async () => {
    const { user } = await openTerminals('web-0');
    expect(shells.opened[0]).toMatchObject({
      organization: 'acme',
      cluster: 'shop',
      namespace: 'default',
      pod: 'web-0',
      shell: 'auto',
    });
    shells.print(shells.shell(0), 'welcome to web-0\r\n$ ');
    await isDrawn('welcome to web-0');
    await user.type(keyboardOf(document.body), 'ls -l{Enter}');
    await waitFor(() => expect(shells.typed.get(shells.shell(0))).toBe('ls -l\r'));
  });

  it('acknowledges what it has drawn, so that endless output can be throttled', async () => {
    await openTerminals('web-0');
    const line = `${'y'.repeat(78)}\r\n`;
    shells.print(shells.shell(0), line.repeat(1000));
    await waitFor(() => expect(shells.acknowledged.get(shells.shell(0))).toBeGreaterThanOrEqual(32 * 1024));
    expect(shells.acknowledged.get(shells.shell(0))).toBeLessThanOrEqual(line.length * 1000);
  });

  it('says why a shell has ended, keeps its output, and starts another', async () => {
    const { user, dock } = await openTerminals('web-0');
    shells.print(shells.shell(0), 'last words\r\n');
    await isDrawn('last words');
    const ended = { terminal: shells.shell(0), code: 'exited', exitCode: 7, message: 'It ended with code 7.' } as const;
    shells.socket?.emit('terminal:ended', ended);
    await dock.findByText('The shell has ended.');
    dock.getByText('It ended with code 7.');
    expect(drawn()).toContain('last words');
    await user.click(dock.getByRole('button', { name: 'Start again' }));
    await waitFor(() => expect(shells.opened).toHaveLength(2));
    await waitFor(() => expect(dock.queryByText('The shell has ended.')).toBeNull());
    shells.print(shells.shell(1), 'here again');
    await isDrawn('here again');
  });

  it('shows the gateway’s message if it refuses to open a shell', async () => {
    shells.refusal = { error: { code: 'denied', message: 'You need the role editor.' } };
    const { dock } = await openTerminals('web-0');
    await dock.findByText('You are not allowed to open a terminal here.');
    dock.getByText('You need the role editor.');
    dock.getByRole('button', { name: 'Start again' });
  });

  it('goes on after a cut, from where it was, and sends what was typed meanwhile', async () => {
    const { user, dock } = await openTerminals('web-0');
    shells.print(shells.shell(0), 'before ');
    await isDrawn('before');
    shells.socket?.disconnect(true);
    await dock.findByText('Reconnecting…');
    await user.type(keyboardOf(document.body), 'typed');
    await waitFor(() => expect(dock.queryByText('Reconnecting…')).toBeNull(), { timeout: 20_000 });
    expect(shells.attached).toMatchObject([{ terminal: shells.shell(0), position: 7, mode: 'auto' }]);
    await waitFor(() => expect(shells.typed.get(shells.shell(0))).toBe('typed'));
    shells.print(shells.shell(0), 'after');
    await isDrawn('before after');
    expect(shells.opened).toHaveLength(1);
  });

  it('says so if the shell ended while the connection was away', async () => {
    const { dock } = await openTerminals('web-0');
    shells.held = [];
    shells.socket?.disconnect(true);
    await dock.findByText('The gateway was restarted.', undefined, { timeout: 20_000 });
    dock.getByText('It was restarted.');
    dock.getByRole('button', { name: 'Start again' });
  });

  it('offers to take over, or to watch, a terminal that is typed in elsewhere', async () => {
    const { user, dock } = await openTerminals('web-0');
    shells.isElsewhere = true;
    shells.socket?.disconnect(true);
    await dock.findByText('This terminal is open elsewhere', undefined, { timeout: 20_000 });
    await user.click(dock.getByRole('button', { name: 'Watch' }));
    await dock.findByText('You are watching.');
    await user.click(dock.getByRole('button', { name: 'Take over' }));
    await waitFor(() => expect(dock.queryByText('You are watching.')).toBeNull());
    expect(shells.attached.map(({ mode }) => mode)).toEqual(['auto', 'watch', 'write']);
    expect(new Set(shells.attached.map(({ viewer }) => viewer)).size).toBe(1);
  });

  it('keeps a shell while another is in front, and ends it when its tab is closed', async () => {
    const { user, dock } = await openTerminals('web-0', 'db-0');
    const tab = (pod: string) => dock.getByRole('button', { name: `Terminal: ${pod}` });
    expect(tab('db-0').ariaPressed).toBe('true');
    shells.print(shells.shell(0), 'of the first');
    await waitFor(() => expect(document.body.textContent).toContain('of the first'));
    expect(drawn()).not.toContain('of the first');
    await user.click(tab('web-0'));
    await isDrawn('of the first');
    expect(shells.closed).not.toContain(shells.shell(0));

    await user.click(dock.getByRole('button', { name: 'Close terminal: web-0' }));
    await waitFor(() => expect(shells.closed).toContain(shells.shell(0)));
    expect(shells.closed).not.toContain(shells.shell(1));
    expect(tab('db-0').ariaPressed).toBe('true');
    await user.click(dock.getByRole('button', { name: 'Close terminal: db-0' }));
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Dock' })).toBeNull());
    await waitFor(() => expect(shells.closed).toContain(shells.shell(1)));
  });

  it('hides and shows by button and by key, and keeps its shells', async () => {
    const { user, dock } = await openTerminals('web-0');
    await user.click(dock.getByRole('button', { name: 'Hide the dock' }));
    expect(drawn()).toBe('');
    shells.print(shells.shell(0), 'while hidden');
    await user.keyboard('{Control>}`{/Control}');
    await isDrawn('while hidden');
    expect(shells.closed).not.toContain(shells.shell(0));
    dock.getByRole('button', { name: 'Hide the dock' });
  });

  it('renames a tab', async () => {
    const { user, dock } = await openTerminals('web-0');
    dock.getByRole('button', { name: 'Terminal: web-0' }).focus();
    await user.keyboard('{F2}');
    const field = await dock.findByRole('textbox', { name: 'Name of the tab' });
    await user.clear(field);
    await user.type(field, 'the shop{Enter}');
    await dock.findByRole('button', { name: 'Terminal: the shop' });
  });

  it('opens the chosen shell and ends the previous one', async () => {
    const { user, dock } = await openTerminals('web-0');
    await user.selectOptions(dock.getByRole('combobox', { name: 'Shell' }), 'sh');
    await waitFor(() => expect(shells.opened.map(({ shell }) => shell)).toEqual(['auto', 'sh']));
    expect(shells.closed).toContain(shells.shell(0));
    expect(shells.closed).not.toContain(shells.shell(1));
  });

  it('shows its terminals again after a reload', async () => {
    await openTerminals('web-0');
    await waitFor(() => expect(sessionStorage.getItem('postern.dock')).toContain(shells.shell(0)));
    const stored = sessionStorage.getItem('postern.dock');
    cleanup();
    vi.resetModules();
    sessionStorage.setItem('postern.dock', stored ?? '');
    const { renderPage: renderAnew } = await import('../../test/render-page.tsx');
    renderAnew(<p>A page</p>, { gateway, path: '/acme' });
    await waitFor(() => expect(shells.attached).toMatchObject([{ terminal: shells.shell(0), position: null }]));
    const [{ terminal = '' } = {}] = shells.attached;
    const clear = { columns: 80, rows: 24 };
    shells.socket?.emit('terminal:reset', { terminal, position: 50, clear, data: 'as it was\r\n', skipped: 0 });
    shells.printed.set(terminal, 50);
    await isDrawn('as it was');
    shells.print(terminal, 'and on');
    await isDrawn('and on');
    expect(shells.opened).toHaveLength(1);
  });

  it('lists the terminals that run without a tab, and shows one', async () => {
    const { user, dock } = await openTerminals('web-0');
    const other = heldTerminal({ id: id(777), pod: 'db-0', viewers: [], endsAt: '2099-01-01T00:00:00.000Z' });
    shells.held = [...shells.held, other];
    gateway.live.emit('terminals:changed', { organization: 'acme', items: shells.held });
    await user.click(await dock.findByRole('button', { name: '1 running terminal' }));
    await user.click(await screen.findByRole('menuitem', { name: /db-0/ }));
    await waitFor(() => expect(shells.attached).toMatchObject([{ terminal: id(777), position: null, mode: 'auto' }]));
    await dock.findByRole('button', { name: 'Terminal: db-0' });
    expect(dock.queryByRole('button', { name: '1 running terminal' })).toBeNull();
  });
});
