import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heldTerminal, id } from '../../test/examples.ts';
import {
  type SessionScreen,
  type Size,
  TerminalSession,
  type TerminalSocket,
  type TerminalState,
} from './terminal-session.ts';

class FakeSocket implements TerminalSocket {
  connected = true;
  readonly sent: { event: string; args: unknown[] }[] = [];
  readonly listeners = new Map<string, (...args: never[]) => void>();
  on(event: string, listener: (...args: never[]) => void) {
    this.listeners.set(event, listener);
  }
  off(event: string) {
    this.listeners.delete(event);
  }
  emit(event: string, ...args: unknown[]) {
    this.sent.push({ event, args });
  }
  receive(event: string, ...args: unknown[]) {
    (this.listeners.get(event) as ((...args: unknown[]) => void) | undefined)?.(...args);
  }
  bodies(event: string) {
    return this.sent.filter((one) => one.event === event).map(({ args }) => args[0]);
  }
  /** Answers the last event of this name. */
  answer(event: string, answer: unknown) {
    const last = this.sent.findLast((one) => one.event === event);
    (last as unknown as { args: [unknown, (answer: unknown) => void] }).args[1](answer);
  }
}

class FakeScreen implements SessionScreen {
  readonly drawing: { data: Uint8Array | string; done: () => void }[] = [];
  readonly told: unknown[] = [];
  write(data: Uint8Array | string, done: () => void) {
    this.drawing.push({ data, done });
  }
  replay(data: Uint8Array, done: () => void) {
    this.told.push(`replays ${data.byteLength}`);
    this.write(data, done);
  }
  reset() {
    this.told.push('reset');
  }
  setSize(size: Size | undefined) {
    this.told.push(size);
  }
  drawAll() {
    for (const { done } of this.drawing.splice(0)) done();
  }
}

const request = { organization: 'acme', cluster: 'demo', namespace: 'shop', pod: 'web-1' };
const size = { columns: 100, rows: 30 };
const [one, two] = [id(1), id(2)];

let socket: FakeSocket;
let screen: FakeScreen;
let states: TerminalState[];
let session: TerminalSession;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  screen = new FakeScreen();
  states = [];
  session = new TerminalSession({ socket, screen, onState: (state) => states.push(state) });
});
afterEach(() => void vi.useRealTimers());

const begun = (terminal: string, received = 0, mode = 'write', written = 0) => ({
  terminal: heldTerminal({ id: terminal }),
  mode,
  received,
  written,
});
function open(terminal = one): void {
  session.open(request, size);
  socket.answer('terminal:open', begun(terminal));
}
const type = (text: string) => session.input(new TextEncoder().encode(text));
const typed = () =>
  socket.bodies('terminal:input').map((body) => {
    const { from, data } = body as { from: number; data: Uint8Array };
    return [from, new TextDecoder().decode(data)];
  });
const output = (position: number, bytes: number, terminal = one) =>
  socket.receive('terminal:output', { terminal, position, data: new Uint8Array(bytes) });
const phase = () => states.at(-1)?.phase;
const viewerOf = (event: string) => (socket.bodies(event).at(-1) as { viewer: string }).viewer;
function cutAndComeBack(): void {
  socket.connected = false;
  socket.receive('disconnect');
  socket.connected = true;
  socket.receive('connect');
}

describe('opening', () => {
  it('sends the size of the screen', () => {
    open();
    expect(socket.bodies('terminal:open')).toEqual([{ ...request, ...size, viewer: expect.any(String) }]);
    expect(states.map((state) => state.phase)).toEqual(['opening', 'open']);
  });

  it('reports a size that changed meanwhile', () => {
    session.open(request, size);
    session.resize({ columns: 90, rows: 20 });
    expect(socket.bodies('terminal:resize')).toEqual([]);
    socket.answer('terminal:open', begun(one));
    expect(socket.bodies('terminal:resize')).toEqual([{ terminal: one, columns: 90, rows: 20 }]);
  });

  it('queues input, for that shell only', () => {
    type('before');
    session.open(request, size);
    type('for the one that is given up');
    session.open(request, size);
    type('ec');
    type('ho');
    expect(typed()).toEqual([]);
    socket.answer('terminal:open', begun(two));
    expect(typed()).toEqual([[0, 'echo']]);
  });

  it('reports why it was refused', () => {
    session.open(request, size);
    socket.answer('terminal:open', { error: { code: 'no-shell', message: 'None.' } });
    expect(states.at(-1)).toEqual({ phase: 'ended', code: 'no-shell', message: 'None.' });
  });

  it('is asked again after a refusal that passes', () => {
    session.open(request, size);
    socket.answer('terminal:open', { error: { code: 'limit', message: 'Too many.', retryAfterSeconds: 2 } });
    vi.advanceTimersByTime(2_000);
    expect(socket.bodies('terminal:open')).toHaveLength(2);
    socket.answer('terminal:open', begun(one));
    expect(phase()).toBe('open');
  });

  it('waits for the connection, and is asked once, or once more by the same view if it was cut', () => {
    socket.connected = false;
    session.open(request, size);
    expect(socket.sent).toEqual([]);
    socket.connected = true;
    socket.receive('connect');
    const viewer = viewerOf('terminal:open');
    cutAndComeBack();
    expect(socket.bodies('terminal:open')).toHaveLength(2);
    expect(viewerOf('terminal:open')).toBe(viewer);
  });

  it('ends a shell that opens after disposal', () => {
    session.open(request, size);
    session.dispose();
    socket.answer('terminal:open', begun(id(9)));
    expect(socket.bodies('terminal:close')).toEqual([{ organization: 'acme', terminal: id(9) }]);
    expect(phase()).toBe('opening');
    expect(socket.listeners.size).toBe(0);
  });
});

describe('output', () => {
  it('is acknowledged when it has been drawn, and all of it at the end', () => {
    open();
    for (let count = 0; count < 3; count++) output(count * 10_000, 10_000);
    expect(socket.bodies('terminal:ack')).toEqual([]);
    screen.drawAll();
    expect(socket.bodies('terminal:ack')).toEqual([
      { terminal: one, position: 20_000 },
      { terminal: one, position: 30_000 },
    ]);
  });

  it('of other terminals, of another position and of an earlier shell is ignored', () => {
    open();
    output(0, 5, two);
    output(3, 5);
    expect(screen.drawing).toEqual([]);
    output(0, 7);
    session.open(request, size);
    socket.answer('terminal:open', begun(two));
    expect(socket.bodies('terminal:detach')).toEqual([{ terminal: one }]);
    screen.drawAll();
    expect(socket.bodies('terminal:ack')).toEqual([]);
  });

  it('goes on elsewhere after a reset, which empties the screen or not', () => {
    open();
    output(0, 5);
    const reset = { terminal: one, position: 100, data: 'screen', skipped: 0 };
    socket.receive('terminal:reset', { ...reset, clear: { columns: 80, rows: 24 } });
    expect(screen.told).toEqual(['reset', { columns: 80, rows: 24 }]);
    socket.receive('terminal:reset', { ...reset, position: 200, clear: null, data: 'marker' });
    output(200, 3);
    expect(screen.drawing.map(({ data }) => (typeof data === 'string' ? data : data.byteLength))).toEqual([
      5,
      'screen',
      'marker',
      3,
    ]);
    screen.drawAll();
    expect(socket.bodies('terminal:ack').at(-1)).toEqual({ terminal: one, position: 203 });
    expect(screen.told).toHaveLength(2);
  });

  it('from before this page looked is replayed, and what comes next is drawn', () => {
    session.attach({ organization: 'acme', id: one }, size);
    socket.answer('terminal:attach', begun(one, 0, 'write', 150));
    socket.receive('terminal:reset', { terminal: one, position: 50, clear: size, data: 'screen', skipped: 0 });
    output(50, 40);
    output(90, 80);
    output(170, 10);
    expect(screen.told.filter((one) => String(one).startsWith('replays'))).toEqual(['replays 40', 'replays 60']);
    expect(screen.drawing.map(({ data }) => data.length)).toEqual([6, 40, 60, 20, 10]);
    screen.drawAll();
    expect(socket.bodies('terminal:ack').at(-1)).toEqual({ terminal: one, position: 180 });
    cutAndComeBack();
    socket.answer('terminal:attach', begun(one, 0, 'write', 500));
    output(180, 320);
    expect(screen.told.at(-1)).toBe('replays 60');
  });

  it('is drawn in the size that another view chose, or in its own', () => {
    open();
    socket.receive('terminal:size', { terminal: one, columns: 80, rows: 24, own: false });
    socket.receive('terminal:size', { terminal: one, columns: 100, rows: 30, own: true });
    socket.receive('terminal:size', { terminal: two, columns: 1, rows: 1, own: false });
    expect(screen.told).toEqual([{ columns: 80, rows: 24 }, undefined]);
  });
});

describe('input', () => {
  it('is split into messages', () => {
    open();
    session.input(new Uint8Array(60_000));
    const sizes = socket.bodies('terminal:input').map((body) => (body as { data: Uint8Array }).data.byteLength);
    expect(sizes).toEqual([32_768, 27_232]);
  });

  it('is sent again if the gateway did not take it', () => {
    open();
    type('ab');
    socket.answer('terminal:input', { error: { code: 'limit', message: 'Too fast.', retryAfterSeconds: 1 } });
    type('c');
    socket.answer('terminal:input', { received: 0 });
    vi.advanceTimersByTime(1_000);
    expect(typed()).toEqual([
      [0, 'ab'],
      [2, 'c'],
      [0, 'abc'],
    ]);
    socket.answer('terminal:input', { received: 3 });
    vi.advanceTimersByTime(10_000);
    expect(typed()).toHaveLength(3);
  });

  it('is dropped while it only watches, and after the end', () => {
    open();
    const viewers = { terminal: one, viewers: [], mode: 'watch', sharing: 'nobody' };
    socket.receive('terminal:viewers', viewers);
    type('x');
    session.resize({ columns: 9, rows: 9 });
    socket.receive('terminal:viewers', { ...viewers, mode: 'write' });
    type('y');
    socket.receive('terminal:ended', { terminal: one, code: 'exited', exitCode: 0, message: '' });
    type('z');
    expect(typed()).toEqual([[0, 'y']]);
    expect(socket.bodies('terminal:resize')).toEqual([]);
  });
});

describe('after a cut', () => {
  it('goes on from the position that it has, and sends what was not confirmed', () => {
    open();
    output(0, 50);
    type('abc');
    socket.connected = false;
    socket.receive('disconnect');
    expect(phase()).toBe('reconnecting');
    type('def');
    expect(typed()).toEqual([[0, 'abc']]);
    socket.connected = true;
    socket.receive('connect');
    expect(socket.bodies('terminal:attach')).toEqual([
      {
        organization: 'acme',
        terminal: one,
        viewer: viewerOf('terminal:open'),
        position: 50,
        mode: 'auto',
        ...size,
      },
    ]);
    socket.answer('terminal:attach', begun(one, 2));
    expect(typed()).toEqual([
      [0, 'abc'],
      [2, 'cdef'],
    ]);
    output(50, 5);
    screen.drawAll();
    expect(socket.bodies('terminal:ack')).toEqual([{ terminal: one, position: 55 }]);
  });

  it('keeps watching if it only watched', () => {
    open();
    socket.receive('terminal:viewers', { terminal: one, viewers: [], mode: 'watch', sharing: 'nobody' });
    cutAndComeBack();
    expect(socket.bodies('terminal:attach')).toMatchObject([{ mode: 'watch' }]);
  });

  it('says that it is open elsewhere, and takes it over, or watches', () => {
    open();
    cutAndComeBack();
    const terminal = heldTerminal({ id: one });
    socket.answer('terminal:attach', { elsewhere: terminal });
    expect(states.at(-1)).toEqual({ phase: 'elsewhere', terminal });
    session.choose('watch');
    socket.answer('terminal:attach', begun(one, 0, 'watch'));
    expect(states.at(-1)).toMatchObject({ phase: 'open', mode: 'watch' });
    session.choose('write');
    expect(socket.bodies('terminal:attach').map((body) => (body as { mode: string }).mode)).toEqual([
      'auto',
      'watch',
      'write',
    ]);
  });

  it('says why the shell has ended meanwhile', () => {
    open();
    cutAndComeBack();
    socket.answer('terminal:attach', { error: { code: 'gateway-stopped', message: 'Restarted.' } });
    expect(states.at(-1)).toEqual({ phase: 'ended', code: 'gateway-stopped', message: 'Restarted.' });
    cutAndComeBack();
    expect(phase()).toBe('ended');
    expect(socket.bodies('terminal:attach')).toHaveLength(1);
  });
});

describe('a terminal that is held', () => {
  it('is shown from nothing, and goes on without the page', () => {
    session.attach({ organization: 'acme', id: two }, size);
    expect(socket.bodies('terminal:attach')).toMatchObject([{ terminal: two, position: null, mode: 'auto' }]);
    socket.answer('terminal:attach', begun(two));
    session.dispose();
    expect(socket.bodies('terminal:detach')).toEqual([{ terminal: two }]);
    expect(socket.bodies('terminal:close')).toEqual([]);
  });

  it('is not shown to a page that has gone meanwhile', () => {
    session.attach({ organization: 'acme', id: two }, size);
    session.dispose();
    socket.answer('terminal:attach', begun(two));
    expect(socket.bodies('terminal:detach')).toEqual([{ terminal: two }]);
  });

  it('says why it ended, or that it is not shared any more', () => {
    open();
    socket.receive('terminal:ended', { terminal: one, code: 'pod-gone', exitCode: null, message: 'Gone.' });
    expect(states.at(-1)).toEqual({ phase: 'ended', code: 'pod-gone', message: 'Gone.' });
    open(two);
    socket.receive('terminal:detached', { terminal: two, message: 'Not shared.' });
    expect(states.at(-1)).toEqual({ phase: 'ended', code: 'detached', message: 'Not shared.' });
  });
});
