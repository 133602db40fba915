import type { TerminalViewer } from '@postern/contracts';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ending } from '../ending.ts';
import type { Terminal } from '../terminal.ts';
import { HeldTerminal } from './held-terminal.ts';
import { interruptTimes } from './interrupt.ts';
import { paceLimits } from './pace.ts';
import type { TerminalView, ViewEvents } from './terminal-view.ts';
import { windowLimits } from './view-window.ts';

useLeakCheck();

/** A shell that records what it is told. */
class FakeShell {
  readonly id = 'terminal-1';
  readonly container = 'app';
  readonly shell = 'bash';
  typed = '';
  readonly sizes: string[] = [];
  isHeld = false;
  ended: Ending | undefined;
  /** The terminal that holds it. */
  held: HeldTerminal | undefined;

  input(data: Uint8Array): void {
    this.typed += Buffer.from(data).toString('latin1');
  }

  resize({ columns, rows }: { columns: number; rows: number }): void {
    this.sizes.push(`${columns}x${rows}`);
  }

  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
  }

  end(ending: Ending): void {
    if (this.ended !== undefined) return;
    this.ended = ending;
    this.held?.finish(ending);
  }
}

/** A page: what it drew, and what else it was told. */
class FakePage implements ViewEvents {
  text = '';
  position = 0;
  readonly told: string[] = [];
  readonly sizes: string[] = [];
  viewers: TerminalViewer[] = [];
  resets = 0;
  skipped = 0;

  onReset({ position, clear, data, skipped }: Parameters<ViewEvents['onReset']>[0]): void {
    this.resets++;
    this.skipped += skipped;
    this.text = clear === null ? this.text + data : data;
    this.position = position;
  }

  onOutput(position: number, data: Buffer): void {
    expect(position).toBe(this.position);
    this.text += data.toString();
    this.position += data.byteLength;
  }

  onSize({ columns, rows }: { columns: number; rows: number }, isOwn: boolean): void {
    this.sizes.push(`${isOwn ? 'own ' : ''}${columns}x${rows}`);
  }

  onViewers(viewers: TerminalViewer[]): void {
    this.viewers = viewers;
  }

  onDetached(message: string): void {
    this.told.push(`detached: ${message}`);
  }

  onEnded({ code }: Ending): void {
    this.told.push(`ended: ${code}`);
  }
}

const fakes = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;
const ada = { userId: 'ada', username: 'ada@example.com' };
const bob = { userId: 'bob', username: 'bob@example.com' };
const graceMs = 600_000;
const exited: Ending = { code: 'exited', exitCode: 0, message: 'The shell has ended.' };

let shell: FakeShell;
let held: HeldTerminal;
let over: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: [...fakes] });
  shell = new FakeShell();
  over = 0;
  held = new HeldTerminal({
    terminal: shell as unknown as Terminal,
    place: { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: 'web-0' },
    organizationId: 'acme-id',
    owner: ada,
    size: { columns: 80, rows: 24 },
    graceMs,
    onError: (error) => expect.fail(String(error)),
    onChanged: () => {},
    onOver: () => over++,
  });
  shell.held = held;
});
afterEach(() => {
  vi.useFakeTimers({ toFake: [...fakes] });
  if (over === 0) {
    held.end({ code: 'closed', exitCode: null, message: '' });
    if (over === 0) vi.advanceTimersByTime(graceMs);
  }
  vi.useRealTimers();
});

interface Asked {
  person?: typeof ada;
  viewer?: string;
  mode?: 'write' | 'watch';
  position?: number | null;
  size?: { columns: number; rows: number };
  onOver?: () => void;
}

function view(asked: Asked = {}): { view: TerminalView; page: FakePage } {
  const page = new FakePage();
  page.position = asked.position ?? 0;
  const begun = held.attach({
    person: ada,
    viewer: 'a',
    mode: 'write',
    position: 0,
    size: { columns: 80, rows: 24 },
    onOver: () => {},
    ...asked,
    events: page,
  });
  held.start(begun);
  return { view: begun, page };
}

const write = (text: string): void => held.write(Buffer.from(text));
const type = (on: TerminalView, from: number, text: string): number => held.input(on, from, Buffer.from(text));

describe('a view', () => {
  it('gets all output from its position on', async () => {
    write('before ');
    const first = view();
    write('one ');
    expect(first.page.text).toBe('before one ');
    held.detach(first.view);
    write('two ');
    const second = view({ position: 11 });
    write('three');
    await turns();
    expect(second.page.text).toBe('two three');
    expect([first.page.resets, second.page.resets]).toEqual([0, 0]);
    expect(first.page.text).toBe('before one ');
  });

  it('that has nothing gets the screen, then the output', async () => {
    write('before ');
    const { page } = view({ position: null });
    await until(() => page.text === 'before ');
    write('after');
    expect(page).toMatchObject({ text: 'before after', resets: 1, position: 12 });
  });

  it('at a position that does not exist gets the screen', async () => {
    write('before');
    const { page } = view({ position: 1_000_000 });
    await until(() => page.text === 'before');
    expect(page.resets).toBe(1);
  });

  it('gets nothing before it has started', () => {
    const page = new FakePage();
    const begun = held.attach({
      ...{ person: ada, viewer: 'a', mode: 'write', position: 0, size: { columns: 90, rows: 24 } },
      events: page,
      onOver: () => {},
    });
    write('early');
    expect([page.text, page.sizes]).toEqual(['', []]);
    held.start(begun);
    expect(page.text).toBe('early');
  });

  it('that does not draw gets 128 KiB, and then what it makes room for', () => {
    const { view: slow, page } = view();
    for (let sent = 0; sent < 10; sent++) write('x'.repeat(32 * 1024));
    expect(page.position).toBe(windowLimits.most);
    slow.acknowledge(32 * 1024);
    expect(page.position).toBe(windowLimits.most + 32 * 1024);
    slow.acknowledge(10_000_000);
    slow.acknowledge(1);
    expect(page.position).toBe(windowLimits.most + 32 * 1024);
  });

  it('gets nothing while its connection is congested', () => {
    const { view: congested, page } = view();
    congested.congested(true);
    write('one');
    expect(page.text).toBe('');
    congested.congested(false);
    expect(page.text).toBe('one');
  });

  it('that falls out of the kept output gets the screen as it is, and nobody waits for it', async () => {
    const fast = view();
    const slow = view({ person: bob, viewer: 'b', mode: 'watch' });
    const line = `${'y'.repeat(63)}\n`;
    // The emulator draws with timers.
    vi.useRealTimers();
    for (let sent = 0; sent < 3 * 16; sent++) {
      write(line.repeat(1_024));
      fast.view.acknowledge(fast.page.position);
      await until(() => !shell.isHeld);
    }
    expect([slow.page.position, slow.page.resets]).toEqual([windowLimits.most, 0]);
    slow.view.acknowledge(slow.page.position);
    await until(() => slow.page.resets === 1);
    slow.view.acknowledge(slow.page.position);
    await until(() => {
      slow.view.acknowledge(slow.page.position);
      return slow.page.position === 3 * 1024 * 1024;
    });
    expect(fast.page.text).toHaveLength(3 * 1024 * 1024);
    expect(slow.page.text.endsWith(line)).toBe(true);
  });
});

describe('input', () => {
  it('is taken once, also by a view that comes back', () => {
    const first = view();
    expect(type(first.view, 0, 'ls')).toBe(2);
    held.detach(first.view);
    const again = view();
    expect(held.received(again.view)).toBe(2);
    expect(type(again.view, 1, 's -l')).toBe(5);
    expect(shell.typed).toBe('ls -l');
  });

  it('of different views is counted for each, and that of another person with the same id too', () => {
    const own = view();
    const other = view({ person: bob });
    expect([type(own.view, 0, 'a'), type(other.view, 0, 'b'), type(own.view, 1, 'c')]).toEqual([1, 1, 2]);
    expect(shell.typed).toBe('abc');
  });

  it('of a view that watches is dropped', () => {
    const { view: watcher } = view({ mode: 'watch' });
    expect(type(watcher, 0, 'rm -rf /\r')).toBe(0);
    expect(shell.typed).toBe('');
  });
});

describe('several views', () => {
  it('of one person: one types, the others watch', () => {
    const first = view();
    const second = view({ viewer: 'b' });
    const third = view({ viewer: 'c', mode: 'watch' });
    expect([first.view.mode, second.view.mode, third.view.mode]).toEqual(['watch', 'write', 'watch']);
    expect(held.typist('ada')).toBe(second.view);
    expect(first.page.viewers.map(({ mode }) => mode)).toEqual(['watch', 'write', 'watch']);
    type(first.view, 0, 'x');
    expect(shell.typed).toBe('');
  });

  it('with one id replace each other', () => {
    let isOver = false;
    const first = view({
      onOver: () => {
        isOver = true;
      },
    });
    const second = view();
    write('x');
    expect([first.page.text, second.page.text, isOver]).toEqual(['', 'x', true]);
    held.detach(first.view);
    expect(second.page.viewers).toHaveLength(1);
  });

  it('have the size of the newest that may type', () => {
    const first = view({ size: { columns: 100, rows: 30 } });
    const second = view({ person: bob, viewer: 'b', size: { columns: 90, rows: 20 } });
    view({ viewer: 'c', mode: 'watch', size: { columns: 10, rows: 10 } });
    held.resize(first.view, { columns: 101, rows: 30 });
    expect(shell.sizes).toEqual(['100x30', '90x20']);
    held.detach(second.view);
    expect(shell.sizes).toEqual(['100x30', '90x20', '101x30']);
    expect(first.page.sizes).toEqual(['own 100x30', '90x20', 'own 101x30']);
    expect(second.page.sizes).toEqual(['own 90x20']);
  });

  it('are told apart for each person', () => {
    const own = view();
    const other = view({ person: bob, viewer: 'b', mode: 'watch' });
    expect(own.page.viewers.map(({ own, email }) => [own, email])).toEqual([
      [true, ada.username],
      [false, bob.username],
    ]);
    expect(other.page.viewers.map(({ own }) => own)).toEqual([false, true]);
    expect(held.describe('bob')).toMatchObject({ owner: { email: ada.username, own: false }, endsAt: null });
  });

  it('of colleagues end, or only watch, when the owner takes the sharing back', () => {
    const own = view();
    const other = view({ person: bob, viewer: 'b' });
    held.share('watch');
    expect([own.view.mode, other.view.mode]).toEqual(['write', 'watch']);
    held.share('nobody');
    expect(other.page.told.at(-1)).toBe('detached: ada@example.com no longer shares this terminal.');
    write('secret');
    expect([own.page.text, other.page.text]).toEqual(['secret', '']);
    expect(own.page.viewers).toHaveLength(1);
  });
});

describe('the process', () => {
  it('waits for a view that is 128 KiB behind, and not for nothing', () => {
    const { view: only } = view();
    write('x'.repeat(paceLimits.behind - 1));
    expect(shell.isHeld).toBe(false);
    write('x');
    expect(shell.isHeld).toBe(true);
    only.acknowledge(paceLimits.behind);
    expect(shell.isHeld).toBe(false);
  });

  it('waits for somebody who comes back, for 90 s', () => {
    const first = view();
    held.detach(first.view);
    write('x'.repeat(paceLimits.unseen));
    expect(shell.isHeld).toBe(true);
    const again = view({ position: 0 });
    again.view.acknowledge(again.page.position);
    held.detach(again.view);
    vi.advanceTimersByTime(paceLimits.waitMs);
    expect(shell.isHeld).toBe(false);
  });

  it('is read on after an interrupt, until it is quiet; then the view goes on at the end', async () => {
    const { view: slow, page } = view();
    for (let sent = 0; sent < 20; sent++) write('y\n'.repeat(16 * 1024));
    expect([page.position, shell.isHeld]).toEqual([windowLimits.most, true]);
    type(slow, 0, '\x03');
    expect([shell.typed, shell.isHeld]).toEqual(['\x03', false]);
    write('^C\r\n$ ');
    vi.advanceTimersByTime(interruptTimes.quiet);
    vi.useRealTimers();
    await until(() => page.resets === 1);
    expect(page.text).toMatch(/── \d+ kB of output skipped ──/);
    expect(page.skipped).toBeGreaterThan(400 * 1024);
    slow.acknowledge(page.position);
    await until(() => page.position === 20 * 32 * 1024 + 6);
    expect(page.text.slice(page.text.indexOf('skipped'))).toContain('$');
  });

  it('is skipped once more if what it wrote before comes late, unless a command was typed', async () => {
    const { view: slow, page } = view();
    const flood = (): void => {
      for (let sent = 0; sent < 20; sent++) write('y\n'.repeat(16 * 1024));
    };
    flood();
    type(slow, 0, '\x03');
    vi.advanceTimersByTime(interruptTimes.quiet);
    vi.useRealTimers();
    await until(() => page.resets === 1);
    vi.useFakeTimers({ toFake: [...fakes] });
    slow.acknowledge(page.position);
    const before = page.position;
    flood();
    expect(page.position - before).toBeLessThan(64 * 1024);
    held.finish(exited);
  });

  it('is interrupted without leaving anything out if the view is not behind', () => {
    const { view: fast, page } = view();
    write('y\n');
    fast.acknowledge(2);
    type(fast, 0, '\x03');
    write('^C');
    expect(page.text).toBe('y\n^C');
  });
});

describe('the end', () => {
  it('of the shell is told after the last of its output', () => {
    const { view: slow, page } = view();
    write('x'.repeat(windowLimits.most + 10));
    held.finish(exited);
    expect(page.told).toEqual([]);
    slow.acknowledge(windowLimits.most);
    expect(page.position).toBe(windowLimits.most + 10);
    expect(page.told).toEqual(['ended: exited']);
    expect(over).toBe(1);
  });

  it.each(['revoked', 'closed'] as const)('is told at once if it was %s', (code) => {
    const { page } = view();
    write('x'.repeat(windowLimits.most + 10));
    held.finish({ code, exitCode: null, message: '' });
    expect(page.told).toEqual([`ended: ${code}`]);
    expect(over).toBe(1);
  });

  it('by request is forgotten at once, although nobody views it', () => {
    const { view: only } = view();
    held.detach(only);
    held.finish({ code: 'closed', exitCode: null, message: '' });
    expect(over).toBe(1);
  });

  it('comes after the grace without a view', () => {
    const { view: only } = view();
    vi.advanceTimersByTime(2 * graceMs);
    expect(shell.ended).toBeUndefined();
    held.detach(only);
    expect(held.describe('ada').endsAt).toBe(new Date(Date.now() + graceMs).toISOString());
    vi.advanceTimersByTime(graceMs - 1);
    expect(shell.ended).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(shell.ended).toEqual({
      code: 'unattended',
      exitCode: null,
      message: 'Nobody had this terminal open for 10 minutes, so it was ended.',
    });
  });

  it('that nobody saw is kept, and told to its owner later', async () => {
    const { view: only } = view();
    held.detach(only);
    write('last words');
    held.finish(exited);
    expect(held.describe('ada').ended).toEqual(exited);
    vi.advanceTimersByTime(graceMs / 2);
    const colleague = view({ person: bob, viewer: 'b', position: 0 });
    expect(colleague.page.told).toEqual(['ended: exited']);
    expect(over).toBe(0);
    const own = view({ position: 0 });
    expect([own.page.text, own.page.told]).toEqual(['last words', ['ended: exited']]);
    expect(over).toBe(1);
  });

  it('that nobody comes to see is forgotten after the grace', () => {
    held.finish(exited);
    vi.advanceTimersByTime(graceMs);
    expect(over).toBe(1);
  });
});
