import { randomUUID } from 'node:crypto';
import type { HeldTerminal as HeldTerminalView } from '@postern/contracts';
import { turns } from '@postern/testkit';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../access/refusal.ts';
import type { Ending } from '../terminals/ending.ts';
import type { ViewEvents } from '../terminals/held/terminal-view.ts';
import { FakeLiveSocket } from '../test/fake-live.ts';
import type { LiveOptions } from './live-socket.ts';
import { serveTerminals } from './terminal-events.ts';
import { unreadLimits } from './unread.ts';

/** A held terminal with one view, which records what it is told. */
class StubTerminal {
  readonly id = randomUUID();
  readonly owner = { userId: 'ada', email: 'ada@example.com' };
  readonly sharing = 'nobody';
  readonly told: unknown[][] = [];
  readonly view = {
    mode: 'write',
    acknowledge: (position: number) => void this.told.push(['acknowledge', position]),
    congested: (isCongested: boolean) => void this.told.push(['congested', isCongested]),
  };
  readonly events: ViewEvents;

  constructor(events: ViewEvents) {
    this.events = events;
  }

  describe(userId: string): object {
    return { id: this.id, own: userId === this.owner.userId };
  }

  readonly written = 9;

  received(): number {
    return 7;
  }

  input(_view: object, from: number, data: Uint8Array): number {
    this.told.push(['input', from, String(data)]);
    return from + data.byteLength;
  }

  resize(_view: object, size: object): void {
    this.told.push(['resize', size]);
  }

  detach(): void {
    this.told.push(['detach']);
  }

  share(sharing: string): void {
    this.told.push(['share', sharing]);
  }

  end(ending: Ending): void {
    this.told.push(['end', ending.code]);
    this.events.onEnded(ending);
  }
}

/** Holds stubs; `before` is awaited in place of the cluster. */
class StubTerminals {
  readonly begun: StubTerminal[] = [];
  readonly asked: unknown[][] = [];
  before: () => Promise<void> = async () => {};
  /** What an attach is answered instead of a view. */
  instead: { elsewhere: HeldTerminalView } | { gone: Ending } | undefined;

  async open(client: object, request: object, events: ViewEvents): Promise<object> {
    this.asked.push([client, request]);
    await this.before();
    const terminal = new StubTerminal(events);
    this.begun.push(terminal);
    const start = (): void => events.onOutput(0, Buffer.from('first'));
    return { terminal, view: terminal.view, start };
  }

  async attach(client: object, request: object, events: ViewEvents): Promise<object> {
    return this.instead ?? this.open(client, request, events);
  }

  share(_client: object, terminal: StubTerminal, sharing: string): void {
    terminal.share(sharing);
  }

  find(_principal: object, { terminal }: { terminal: string }): StubTerminal | undefined {
    return this.begun.find(({ id }) => id === terminal);
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

function connect(userId = 'ada'): FakeLiveSocket {
  const connected = new FakeLiveSocket(undefined, userId);
  const logger = pino(
    { base: null, timestamp: false, serializers: { error: (error: Error) => error.message } },
    { write: (line) => lines.push(line) },
  );
  const options = { terminals, logger };
  serveTerminals(connected.asLive, options as unknown as LiveOptions);
  return connected;
}

const viewer = randomUUID();
const size = { columns: 101, rows: 31 };
const place = { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: 'web-0', viewer, ...size };
const attachment = { organization: 'acme', terminal: randomUUID(), viewer, position: 4, mode: 'auto', ...size };

async function open(): Promise<StubTerminal> {
  expect(await socket.ask('terminal:open', place)).not.toHaveProperty('error');
  return terminals.begun.at(-1) as StubTerminal;
}

describe.each([
  ['terminal:open', { ...place, shell: 'bash' }],
  ['terminal:attach', attachment],
])('%s', (event, request) => {
  it('is answered before the output, and is done for the person and the client', async () => {
    const order: unknown[] = [];
    socket.receive(event, request, (answer: unknown) => order.push(answer, [...socket.sent]));
    await turns();
    const { principal, address, userAgent } = socket.data;
    expect(terminals.asked).toEqual([[{ principal, address, userAgent }, request]]);
    const id = terminals.begun[0]?.id;
    const answer = { terminal: { id, own: true }, mode: 'write', received: 7, written: 9 };
    expect(order).toEqual([answer, []]);
    expect(socket.sent).toEqual([['terminal:output', { terminal: id, position: 0, data: Buffer.from('first') }]]);
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
      for (let count = 0; count < 63; count++) await open();
      terminals.before = () => Promise.reject(error);
      expect(await socket.ask(event, request)).toEqual(answer);
      expect(lines.map((line) => JSON.parse(line).error)).toEqual(logged);
      terminals.before = async () => {};
      await open();
    },
  );

  it('is refused beyond 64, also while they begin, until one has ended', async () => {
    for (let count = 0; count < 63; count++) await open();
    let proceed: () => void = () => {};
    terminals.before = () =>
      new Promise((resolve) => {
        proceed = resolve;
      });
    const last = socket.ask(event, request);
    const message = 'At most 64 terminals can be open in one page. Close one first.';
    expect(await socket.ask(event, request)).toEqual({ error: { code: 'limit', message } });
    proceed();
    expect(await last).not.toHaveProperty('error');
    terminals.before = async () => {};
    expect(await socket.ask(event, request)).toEqual({ error: { code: 'limit', message } });
    terminals.begun[0]?.end({ code: 'exited', exitCode: 0, message: 'done' });
    await open();
    expect(terminals.begun).toHaveLength(65);
  });

  it('for a browser that has gone away meanwhile leaves the terminal running', async () => {
    let proceed: () => void = () => {};
    terminals.before = () =>
      new Promise((resolve) => {
        proceed = resolve;
      });
    socket.receive(event, request, () => {});
    socket.disconnected();
    proceed();
    await turns();
    expect(terminals.begun.map(({ told }) => told)).toEqual([[['detach']]]);
  });
});

it('an attach is answered with where the terminal is instead, or why it is not', async () => {
  const elsewhere = { id: attachment.terminal } as HeldTerminalView;
  terminals.instead = { elsewhere };
  expect(await socket.ask('terminal:attach', attachment)).toEqual({ elsewhere });
  terminals.instead = { gone: { code: 'gateway-stopped', exitCode: null, message: 'Restarted.' } };
  expect(await socket.ask('terminal:attach', attachment)).toEqual({
    error: { code: 'gateway-stopped', message: 'Restarted.' },
  });
});

describe('a view', () => {
  it('gets the input, sizes and acknowledgements of its own connection only', async () => {
    const [first, second] = [await open(), await open()];
    const elsewhere = connect();
    for (const connection of [socket, elsewhere]) {
      connection.receive('terminal:resize', { terminal: first.id, columns: 80, rows: 24 });
      connection.receive('terminal:ack', { terminal: first.id, position: 7 });
    }
    const typed = { terminal: first.id, from: 3, data: Buffer.from('ls') };
    expect(await socket.ask('terminal:input', typed)).toEqual({ received: 5 });
    expect(await elsewhere.ask('terminal:input', typed)).toMatchObject({ error: { code: 'not-found' } });
    expect(first.told).toEqual([
      ['resize', { columns: 80, rows: 24 }],
      ['acknowledge', 7],
      ['input', 3, 'ls'],
    ]);
    expect(second.told).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('is told what happens, in order', async () => {
    const { id, events } = await open();
    socket.sent.length = 0;
    const reset = { position: 9, clear: size, data: 'screen', skipped: 0 };
    const viewers = [{ email: 'ada@example.com', mode: 'write' as const, since: '', own: true }];
    events.onReset(reset);
    events.onSize(size, true);
    events.onViewers(viewers);
    events.onDetached('no longer shared');
    expect(socket.sent).toEqual([
      ['terminal:reset', { terminal: id, ...reset }],
      ['terminal:size', { terminal: id, ...size, own: true }],
      ['terminal:viewers', { terminal: id, viewers, mode: 'write', sharing: 'nobody' }],
      ['terminal:detached', { terminal: id, message: 'no longer shared' }],
    ]);
    expect(await socket.ask('terminal:input', { terminal: id, from: 0, data: Buffer.from('x') })).toHaveProperty(
      'error',
    );
  });

  it('ends on request, whereupon nothing reaches it any more', async () => {
    const first = await open();
    expect(await socket.ask('terminal:detach', { terminal: first.id })).toEqual({});
    socket.receive('terminal:resize', { terminal: first.id, columns: 80, rows: 24 });
    expect(await socket.ask('terminal:detach', { terminal: first.id })).toEqual({});
    expect(first.told).toEqual([['detach']]);
  });

  it('ends when the browser disconnects, like all the others', async () => {
    const [first, second] = [await open(), await open()];
    socket.disconnected();
    expect([first.told, second.told]).toEqual([[['detach']], [['detach']]]);
  });

  it('is held back while more than 256 KiB wait for the browser', async () => {
    const [first, second] = [await open(), await open()];
    const output = (): void => first.events.onOutput(5, Buffer.from('more'));
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
    for (let count = 1; count < 4_096; count++) events.onOutput(count, Buffer.from('x'));
    expect(socket.data.acksOwed).toBe(4_096);
    events.onOutput(0, Buffer.from('x'));
    expect(socket.data.acksOwed).toBe(4_096);
  });
});

describe('only its owner', () => {
  it('ends a terminal, from any page', async () => {
    const { id, told } = await open();
    const request = { organization: 'acme', terminal: id };
    expect(await connect('bob').ask('terminal:close', request)).toMatchObject({ error: { code: 'denied' } });
    expect(told).toEqual([]);
    expect(await connect().ask('terminal:close', request)).toEqual({});
    expect(told).toEqual([['end', 'closed']]);
    const message = 'The terminal was closed.';
    expect(socket.sent.at(-1)).toEqual(['terminal:ended', { terminal: id, code: 'closed', exitCode: null, message }]);
    expect(await socket.ask('terminal:close', { ...request, terminal: randomUUID() })).toEqual({});
  });

  it('shares it', async () => {
    const { id, told } = await open();
    const request = { organization: 'acme', terminal: id, sharing: 'watch' };
    expect(await connect('bob').ask('terminal:share', request)).toMatchObject({ error: { code: 'denied' } });
    expect(await socket.ask('terminal:share', { ...request, terminal: randomUUID() })).toMatchObject({
      error: { code: 'not-found' },
    });
    expect(told).toEqual([]);
    expect(await socket.ask('terminal:share', request)).toEqual({});
    expect(told).toEqual([['share', 'watch']]);
  });
});

it('a ping is answered with nothing, and harms nothing without an acknowledgement', async () => {
  expect(await socket.ask('terminal:ping')).toBeUndefined();
  socket.receive('terminal:ping', 'no function');
});
