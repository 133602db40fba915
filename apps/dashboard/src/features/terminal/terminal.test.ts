import { describe, expect, it } from 'vitest';
import { pastedText } from './pasted-text.ts';
import { terminalKey } from './terminal-key.ts';
import { TerminalSession, type TerminalSocket, type TerminalState } from './terminal-session.ts';
import { readTerminalSettings } from './terminal-settings.ts';

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
  answer(answer: unknown) {
    const last = this.sent.findLast(({ event }) => event === 'terminal:open');
    (last as unknown as { args: [unknown, (answer: unknown) => void] }).args[1](answer);
  }
}

const request = { organization: 'acme', cluster: 'demo', namespace: 'shop', pod: 'web-1' };
const size = { columns: 100, rows: 30 };

function setUp() {
  const socket = new FakeSocket();
  const states: TerminalState[] = [];
  const drawing: { data: Uint8Array; done: () => void }[] = [];
  const session = new TerminalSession({
    socket,
    write: (data, done) => drawing.push({ data, done }),
    onState: (state) => states.push(state),
  });
  const open = (terminal = 't1') => {
    session.open(request, size);
    socket.answer({ terminal, container: 'web', shell: 'bash' });
  };
  const output = (bytes: number, terminal = 't1') =>
    socket.receive('terminal:output', { terminal, data: new Uint8Array(bytes) });
  return { socket, states, drawing, session, open, output };
}

describe('TerminalSession', () => {
  it('opens with the size of the screen', () => {
    const { socket, states, open } = setUp();
    open();
    expect(socket.bodies('terminal:open')).toEqual([{ ...request, ...size }]);
    expect(states.map(({ phase }) => phase)).toEqual(['opening', 'open']);
  });

  it('reports a size that changed while it was opening', () => {
    const { socket, session } = setUp();
    session.open(request, size);
    session.resize({ columns: 90, rows: 20 });
    expect(socket.bodies('terminal:resize')).toEqual([]);
    socket.answer({ terminal: 't1', container: 'web', shell: 'sh' });
    expect(socket.bodies('terminal:resize')).toEqual([{ terminal: 't1', columns: 90, rows: 20 }]);
  });

  it('queues input while a shell opens, for that shell only', () => {
    const { socket, session } = setUp();
    const type = (text: string) => session.input(new TextEncoder().encode(text));
    type('before');
    session.open(request, size);
    type('for the one that is given up');
    session.open(request, size);
    type('ec');
    type('ho');
    expect(socket.bodies('terminal:input')).toEqual([]);
    socket.answer({ terminal: 't2', container: 'web', shell: 'sh' });
    expect(socket.bodies('terminal:input')).toEqual([{ terminal: 't2', data: new TextEncoder().encode('echo') }]);
  });

  it('reports why it was not opened', () => {
    const { socket, states, session } = setUp();
    session.open(request, size);
    socket.answer({ error: { code: 'no-shell', message: 'None.' } });
    expect(states.at(-1)).toEqual({ phase: 'ended', code: 'no-shell', message: 'None.' });
  });

  it('acknowledges what has been drawn, and all of it at the end', () => {
    const { socket, drawing, open, output } = setUp();
    open();
    for (let count = 0; count < 3; count++) output(20_000);
    expect(socket.bodies('terminal:ack')).toEqual([]);
    for (const { done } of drawing) done();
    expect(socket.bodies('terminal:ack')).toEqual([
      { terminal: 't1', bytes: 40_000 },
      { terminal: 't1', bytes: 60_000 },
    ]);
  });

  it('ignores other terminals, and late drawing of an earlier shell', () => {
    const { socket, drawing, session, open, output } = setUp();
    open();
    output(5, 'other');
    expect(drawing).toEqual([]);
    output(7);
    session.open(request, size);
    socket.answer({ terminal: 't2', container: 'web', shell: 'bash' });
    expect(socket.bodies('terminal:close')).toEqual([{ terminal: 't1' }]);
    drawing[0]?.done();
    expect(socket.bodies('terminal:ack')).toEqual([]);
  });

  it('splits long input into messages', () => {
    const { socket, session, open } = setUp();
    open();
    session.input(new Uint8Array(70_000));
    const sizes = socket.bodies('terminal:input').map((body) => (body as { data: Uint8Array }).data.byteLength);
    expect(sizes).toEqual([32_768, 32_768, 4464]);
  });

  it('drops keystrokes once the connection is lost', () => {
    const { socket, states, session, open } = setUp();
    open();
    socket.receive('disconnect');
    expect(states.at(-1)?.phase).toBe('reconnecting');
    session.input(new Uint8Array(1));
    socket.receive('connect');
    expect(states.at(-1)).toMatchObject({ phase: 'ended', code: 'lost' });
    session.input(new Uint8Array(1));
    expect(socket.bodies('terminal:input')).toEqual([]);
  });

  it('ends with the gateway’s reason', () => {
    const { socket, states, open } = setUp();
    open();
    socket.receive('terminal:ended', { terminal: 't1', code: 'pod-gone', exitCode: null, message: 'Gone.' });
    expect(states.at(-1)).toEqual({ phase: 'ended', code: 'pod-gone', message: 'Gone.' });
    socket.receive('disconnect');
    expect(states.at(-1)?.phase).toBe('ended');
  });

  it('closes a shell that opens after disposal', () => {
    const { socket, session, states } = setUp();
    session.open(request, size);
    session.dispose();
    socket.answer({ terminal: 't9', container: 'web', shell: 'bash' });
    expect(socket.bodies('terminal:close')).toEqual([{ terminal: 't9' }]);
    expect(states.at(-1)?.phase).toBe('opening');
    expect(socket.listeners.size).toBe(0);
  });
});

describe('terminalKey', () => {
  const press = (key: string, ...held: ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[]) => ({
    key,
    ctrlKey: held.includes('ctrlKey'),
    metaKey: held.includes('metaKey'),
    altKey: held.includes('altKey'),
    shiftKey: held.includes('shiftKey'),
  });

  const pc = { apple: false, selected: false };
  const apple = { apple: true, selected: false };

  it('leaves Ctrl to the shell', () => {
    for (const key of ['c', 'k', 'f', 'r', 'w']) expect(terminalKey(press(key, 'ctrlKey'), pc)).toBe('shell');
    for (const key of ['c', 'v']) expect(terminalKey(press(key, 'ctrlKey'), apple)).toBe('shell');
    expect(terminalKey(press('v', 'ctrlKey', 'altKey'), pc)).toBe('shell');
  });

  it('pastes with Ctrl-V, and copies with Ctrl-C while text is selected', () => {
    expect(terminalKey(press('v', 'ctrlKey'), pc)).toBe('paste');
    expect(terminalKey(press('c', 'ctrlKey'), { ...pc, selected: true })).toBe('copy');
    expect(terminalKey(press('c'), { ...pc, selected: true })).toBe('shell');
    expect(terminalKey(press('c', 'ctrlKey'), { ...apple, selected: true })).toBe('shell');
  });

  it('copies, pastes and searches with Ctrl-Shift, or ⌘', () => {
    expect(terminalKey(press('C', 'ctrlKey', 'shiftKey'), pc)).toBe('copy');
    expect(terminalKey(press('V', 'ctrlKey', 'shiftKey'), pc)).toBe('paste');
    expect(terminalKey(press('F', 'ctrlKey', 'shiftKey'), pc)).toBe('search');
    expect(terminalKey(press('c', 'metaKey'), apple)).toBe('copy');
    expect(terminalKey(press('v', 'metaKey'), apple)).toBe('paste');
    expect(terminalKey(press('k', 'metaKey'), apple)).toBe('page');
  });

  it('leaves the keys for leaving the terminal to the page', () => {
    expect(terminalKey(press('`', 'ctrlKey'), pc)).toBe('page');
    expect(terminalKey(press('PageDown', 'ctrlKey', 'shiftKey'), pc)).toBe('page');
    expect(terminalKey(press('PageDown', 'shiftKey'), pc)).toBe('shell');
  });
});

it('pastes text without anything that a terminal would take for a key or for the end of the paste', () => {
  expect(pastedText('one\ttwo\r\nthree\nžluťoučký 🐎')).toBe('one\ttwo\r\nthree\nžluťoučký 🐎');
  expect(pastedText('ls\x1b[201~\nrm -rf .\x03\x7f\x9b201~\0')).toBe('ls[201~\nrm -rf .201~');
});

it('limits terminal settings to valid values', () => {
  expect(readTerminalSettings('{"fontSize":99,"copyOnSelect":true}')).toEqual({
    fontSize: 24,
    copyOnSelect: true,
    screenReader: false,
  });
  for (const stored of [null, '', '[', '7', '{"fontSize":"big"}'])
    expect(readTerminalSettings(stored).fontSize).toBe(13);
});
