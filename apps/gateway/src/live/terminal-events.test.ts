import { randomUUID } from 'node:crypto';
import { turns } from '@postern/testkit';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../access/refusal.ts';
import type { Ending } from '../terminals/ending.ts';
import type { TerminalEvents } from '../terminals/terminal.ts';
import { FakeLiveSocket } from '../test/fake-live.ts';
import type { LiveOptions } from './live-socket.ts';
import { serveTerminals } from './terminal-events.ts';
import { unreadLimits } from './unread.ts';

/** A terminal that records what it is told. */
class StubTerminal {
  readonly id = randomUUID();
  readonly container = 'app';
  readonly shell: string;
  readonly told: unknown[][] = [];
  events: TerminalEvents | undefined;

  constructor(shell: string) {
    this.shell = shell;
  }

  input(data: Uint8Array): void {
    this.told.push(['input', String(data)]);
  }

  resize(size: object): void {
    this.told.push(['resize', size]);
  }

  acknowledge(total: number): void {
    this.told.push(['acknowledge', total]);
  }

  congested(isCongested: boolean): void {
    this.told.push(['congested', isCongested]);
  }

  end(ending: Ending): void {
    this.told.push(['end', ending]);
    this.events?.onEnded(ending, { up: 0, down: 0 });
  }
}

/** Opens stubs; `before` is awaited in place of the cluster. */
class StubTerminals {
  readonly opened: StubTerminal[] = [];
  readonly asked: unknown[][] = [];
  before: () => Promise<void> = async () => {};

  async open(...asked: [object, { shell: string }]): Promise<object> {
    this.asked.push(asked);
    await this.before();
    const terminal = new StubTerminal(asked[1].shell);
    this.opened.push(terminal);
    const start = (events: TerminalEvents): void => {
      terminal.events = events;
      events.onOutput(Buffer.from('first'));
    };
    return { terminal, start };
  }
}

let terminals: StubTerminals;
let socket: FakeLiveSocket;
let lines: string[];

beforeEach(() => {
  terminals = new StubTerminals();
  lines = [];
  socket = connect();
});

function connect(): FakeLiveSocket {
  const connected = new FakeLiveSocket();
  const logger = pino(
    { base: null, timestamp: false, serializers: { error: (error: Error) => error.message } },
    { write: (line) => lines.push(line) },
  );
  const options = { terminals, logger };
  serveTerminals(connected.asLive, options as unknown as LiveOptions);
  return connected;
}

const place = { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: 'web-0', columns: 101, rows: 31 };
const closed = (message: string): unknown[] => ['end', { code: 'closed', exitCode: null, message }];
const wentAway = closed('The browser went away.');

async function open(): Promise<StubTerminal> {
  expect(await socket.ask('terminal:open', place)).not.toHaveProperty('error');
  return terminals.opened.at(-1) as StubTerminal;
}

describe('opening a terminal', () => {
  it('is answered before its output, and is done for the person and the client', async () => {
    const order: unknown[] = [];
    socket.receive('terminal:open', { ...place, shell: 'bash' }, (answer: unknown) =>
      order.push(answer, [...socket.sent]),
    );
    await turns();
    const { principal, address, userAgent } = socket.data;
    expect(terminals.asked).toEqual([
      [
        { principal, address, userAgent },
        { ...place, shell: 'bash' },
      ],
    ]);
    const terminal = terminals.opened[0]?.id;
    expect(order).toEqual([{ terminal, container: 'app', shell: 'bash' }, []]);
    expect(socket.sent).toEqual([['terminal:output', { terminal, data: Buffer.from('first') }]]);
  });

  it.each([
    [refusal(403, 'no'), { error: { code: 'denied', message: 'You are not allowed to open a terminal here: no' } }, []],
    [refusal(503, 'offline'), { error: { code: 'agent-offline', message: 'offline' } }, []],
    [
      new Error('a bug'),
      { error: { code: 'unavailable', message: 'Postern cannot do this right now. Try again shortly.' } },
      ['a bug'],
    ],
  ])(
    'that fails (%s) is answered, does not count, and is logged unless it was refused',
    async (error, answer, logged) => {
      for (let count = 0; count < 31; count++) await open();
      terminals.before = () => Promise.reject(error);
      expect(await socket.ask('terminal:open', place)).toEqual(answer);
      expect(lines.map((line) => JSON.parse(line).error)).toEqual(logged);
      terminals.before = async () => {};
      await open();
    },
  );

  it('is refused beyond 32, also while they are being opened, until one has ended', async () => {
    for (let count = 0; count < 31; count++) await open();
    let proceed: () => void = () => {};
    terminals.before = () =>
      new Promise((resolve) => {
        proceed = resolve;
      });
    const last = socket.ask('terminal:open', place);
    const refused = { error: { code: 'limit', message: 'At most 32 terminals can be open. Close one first.' } };
    expect(await socket.ask('terminal:open', place)).toEqual(refused);
    proceed();
    expect(await last).not.toHaveProperty('error');
    terminals.before = async () => {};
    expect(await socket.ask('terminal:open', place)).toEqual(refused);
    terminals.opened[0]?.end({ code: 'exited', exitCode: 0, message: 'done' });
    await open();
    expect(terminals.opened).toHaveLength(33);
  });

  it('for a browser that has gone away meanwhile ends it', async () => {
    let proceed: () => void = () => {};
    terminals.before = () =>
      new Promise((resolve) => {
        proceed = resolve;
      });
    socket.receive('terminal:open', place, () => {});
    socket.disconnected();
    proceed();
    await turns();
    expect(terminals.opened.map(({ told }) => told)).toEqual([[wentAway]]);
  });
});

describe('an open terminal', () => {
  it('gets the input, sizes and acknowledgements of its own connection only', async () => {
    const [first, second] = [await open(), await open()];
    for (const connection of [socket, connect()]) {
      connection.receive('terminal:input', { terminal: first.id, data: Buffer.from('ls') });
      connection.receive('terminal:resize', { terminal: first.id, columns: 80, rows: 24 });
      connection.receive('terminal:ack', { terminal: first.id, bytes: 7 });
    }
    await turns();
    expect(first.told).toEqual([
      ['input', 'ls'],
      ['resize', { columns: 80, rows: 24 }],
      ['acknowledge', 7],
    ]);
    expect(second.told).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('is closed on request, whereupon nothing reaches it any more', async () => {
    const [first, second] = [await open(), await open()];
    expect(await connect().ask('terminal:close', { terminal: first.id })).toEqual({});
    expect(first.told).toEqual([]);
    expect(await socket.ask('terminal:close', { terminal: first.id })).toEqual({});
    const message = 'The terminal was closed.';
    expect(socket.sent.at(-1)).toEqual([
      'terminal:ended',
      { terminal: first.id, code: 'closed', exitCode: null, message },
    ]);
    socket.receive('terminal:input', { terminal: first.id, data: Buffer.from('ls') });
    expect(await socket.ask('terminal:close', { terminal: first.id })).toEqual({});
    expect(first.told).toEqual([closed(message)]);
    expect(second.told).toEqual([]);
  });

  it('ends when the browser disconnects, like all the others', async () => {
    const [first, second] = [await open(), await open()];
    socket.disconnected();
    expect([first.told, second.told]).toEqual([[wentAway], [wentAway]]);
  });

  it('is held back while more than 256 KiB wait for the browser', async () => {
    const [first, second] = [await open(), await open()];
    const output = (): void => first.events?.onOutput(Buffer.from('more'));
    socket.unread = unreadLimits.hold;
    output();
    expect(first.told).toEqual([]);
    socket.unread = unreadLimits.hold + 1;
    output();
    socket.taken();
    expect(first.told).toEqual([['congested', true]]);
    socket.unread = unreadLimits.hold;
    socket.taken();
    expect(first.told).toEqual([
      ['congested', true],
      ['congested', false],
    ]);
    expect(second.told).toEqual([['congested', false]]);
  });

  it('makes acknowledgements free, one for each output and at most 4,096', async () => {
    const { events } = await open();
    expect(socket.data.acksOwed).toBe(1);
    for (let count = 1; count < 4_096; count++) events?.onOutput(Buffer.from('x'));
    expect(socket.data.acksOwed).toBe(4_096);
    events?.onOutput(Buffer.from('x'));
    expect(socket.data.acksOwed).toBe(4_096);
  });
});

it('a ping is answered with nothing, and harms nothing without an acknowledgement', async () => {
  expect(await socket.ask('terminal:ping')).toBeUndefined();
  socket.receive('terminal:ping', 'no function');
});
