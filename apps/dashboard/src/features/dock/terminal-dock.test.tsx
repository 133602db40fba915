// @vitest-environment jsdom
import type { ClientToServerEvents, ServerToClientEvents, SocketError } from '@postern/contracts';
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import type { Socket } from 'socket.io';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { id, me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';
import { closeTab, type DockState, openInDock } from './dock-store.ts';

type Opened = Parameters<ClientToServerEvents['terminal:open']>[0];

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

  listen(gateway: TestGateway): void {
    gateway.live.on('connection', (socket) => {
      this.socket = socket;
      socket.on('terminal:open', (request, answer) => {
        const terminal = id(100 + ++this.#made);
        this.opened.push({ ...request, terminal });
        answer(this.refusal ?? { terminal, container: request.container ?? 'app', shell: 'bash' });
      });
      socket.on('terminal:input', ({ terminal, data }) => {
        this.typed.set(terminal, (this.typed.get(terminal) ?? '') + new TextDecoder().decode(data));
      });
      socket.on('terminal:ack', ({ terminal, bytes }) => this.acknowledged.set(terminal, bytes));
      socket.on('terminal:close', ({ terminal }, answer) => {
        this.closed.push(terminal);
        answer({});
      });
    });
  }

  forget(): void {
    this.refusal = undefined;
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
    this.socket?.emit('terminal:output', { terminal, data: new TextEncoder().encode(text) });
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

  it('says that it is reconnecting, and then that the shell is lost', async () => {
    const { dock } = await openTerminals('web-0');
    shells.socket?.disconnect(true);
    await dock.findByText('Reconnecting…');
    await dock.findByText('The connection was lost.', undefined, { timeout: 20_000 });
    expect(shells.opened).toHaveLength(1);
    dock.getByRole('button', { name: 'Start again' });
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

  it('restores tabs after a reload with their shells ended, and starts one on request', async () => {
    const { user } = await openTerminals('web-0');
    const stored = sessionStorage.getItem('postern.dock');
    cleanup();
    vi.resetModules();
    sessionStorage.setItem('postern.dock', stored ?? '');
    shells.forget();
    const { renderPage: renderAnew } = await import('../../test/render-page.tsx');
    renderAnew(<p>A page</p>, { gateway, path: '/acme' });
    await screen.findByText('This terminal was open before the page was reloaded.');
    await screen.findByRole('img', { name: /^Live/ });
    expect(shells.opened).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Start again' }));
    await waitFor(() => expect(shells.opened).toMatchObject([{ pod: 'web-0' }]));
    shells.print(shells.shell(0), 'as good as new');
    await isDrawn('as good as new');
  });
});
