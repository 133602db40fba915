import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Cluster } from '@postern/contracts';
import { atRest, turns, until, useLeakCheck } from '@postern/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Limits } from '../limits/limits.ts';
import { defaultLimits, type LimitSettings } from '../limits/settings.ts';
import { FakeExec, podJson } from '../test/fake-exec.ts';
import { acme, clusterId, type KubeHarness, startKubeHarness } from '../test/kube-harness.ts';
import { connectRaw, dialRaw, handshakeQuery, type RawLiveClient } from '../test/raw-live-client.ts';
import { ConnectionGuard } from './connection-guard.ts';
import { opensNewConnection } from './handshake.ts';
import { unreadLimits } from './unread.ts';

useLeakCheck();

let harness: KubeHarness;
let open: WebSocket[] = [];

async function start(settings: Partial<LimitSettings> = {}): Promise<void> {
  await harness?.close();
  // Their clock stands still, so that what is refused does not depend on how fast this machine is.
  const limits = new Limits({ ...defaultLimits, ...settings }, () => 0);
  harness = await startKubeHarness({ limits, connectAgent: false });
  harness.signIn('eve', 'browser');
  harness.signIn('ada', 'browser');
}
beforeEach(() => start());
afterEach(async () => {
  vi.restoreAllMocks();
  for (const ws of open) ws.terminate();
  open = [];
  await harness.close();
});

async function connect(token = 'eve'): Promise<RawLiveClient> {
  const client = await connectRaw(harness, token);
  open.push(client.ws);
  return client;
}

async function dial(options: Parameters<typeof dialRaw>[1]): Promise<WebSocket | number> {
  const ws = await dialRaw(harness, options);
  if (typeof ws !== 'number') open.push(ws);
  return ws;
}

const watch = { organization: 'acme' };

/** Checks that another connection is served as usual. */
async function expectHonestService(honest: RawLiveClient): Promise<void> {
  expect(await honest.ask('clusters:watch', watch)).toEqual({ items: [{ id: clusterId, name: 'prod' }] });
}

describe('a handshake that names a session', () => {
  const foreign: [string, (sid: string) => string][] = [
    ['of somebody else', (sid) => `${handshakeQuery}&sid=${sid}`],
    ['before the other parameters', (sid) => `sid=${sid}&${handshakeQuery}`],
    ['twice', (sid) => `${handshakeQuery}&sid=&sid=${sid}`],
    ['percent-encoded', (sid) => `${handshakeQuery}&%73%69%64=${sid}`],
    ['by an empty id', () => `${handshakeQuery}&sid=`],
    ['that does not exist', () => `${handshakeQuery}&sid=AAAAAAAAAAAAAAAAAAAA`],
    ['by the name of the prototype', () => `${handshakeQuery}&sid=__proto__`],
    ['by polling', (sid) => `EIO=4&transport=polling&sid=${sid}`],
    ['by polling and WebSocket', (sid) => `EIO=4&transport=polling&transport=websocket&sid=${sid}`],
    ['over WebTransport', (sid) => `EIO=4&transport=webtransport&sid=${sid}`],
    ['in the old protocol', (sid) => `EIO=3&transport=websocket&sid=${sid}`],
  ];

  it.each(foreign)('%s is refused, whatever the cookie', async (_, query) => {
    const ada = await connect('ada');
    const sidOf = (kind: string): string =>
      new RegExp(`^${kind}\\{"sid":"([^"]+)"`, 'm').exec(ada.received.join('\n'))?.[1] ?? 'none';
    const sids = [sidOf('0'), sidOf('40')];
    expect(sids).not.toContain('none');
    for (const id of sids)
      for (const token of ['eve', 'ada', 'nobody'])
        expect([400, 401]).toContain(await dial({ query: query(id), token }));
    await expectHonestService(ada);
    expect(ada.closed).toBeUndefined();
  });

  it.each([
    'EIO=4&transport=polling',
    'EIO=4&transport=webtransport',
    'EIO=4',
    'transport=websocket',
    'EIO=3&transport=websocket',
    'EIO=5&transport=websocket',
    'EIO=4&transport=websocket&transport=polling',
    'EIO=4&EIO=3&transport=websocket',
    'EIO=4&transport=websocket&b64=1',
    'EIO=4&transport=websocket&j=0',
    'EIO=4&transport=websocket&__proto__=x',
    'EIO=4&transport=websocket&constructor=x',
    'EIO=4&transport=__proto__',
    '',
  ])('or asks for anything but a new connection (%s) is refused', async (query) => {
    expect(await dial({ query })).toBe(400);
  });

  it('is refused over plain HTTP too', async () => {
    const ada = await connect('ada');
    for (const method of ['GET', 'POST', 'OPTIONS'])
      for (const query of ['EIO=4&transport=polling', 'EIO=4&transport=polling&sid=x', handshakeQuery]) {
        const { status, body } = await harness.fetch(`/socket.io/?${query}`, {
          method,
          headers: { cookie: 'session=eve', origin: harness.origin },
        });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(body).not.toContain('sid');
      }
    await expectHonestService(ada);
  });

  it('is distinguished from one that opens a connection, whatever the target', () => {
    expect(opensNewConnection(`/socket.io/?${handshakeQuery}`)).toBe(true);
    expect(opensNewConnection(`/socket.io/?t=abc&transport=websocket&EIO=4`)).toBe(true);
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('&', '?', '#', ';', '&sid=', '%26sid='), (text, separator) => {
        const target = `/socket.io/?${handshakeQuery}${separator}${text}`;
        const { searchParams } = new URL(target, 'https://x');
        if (opensNewConnection(target)) {
          expect(searchParams.has('sid')).toBe(false);
          expect(searchParams.getAll('transport')).toEqual(['websocket']);
        }
      }),
    );
  });
});

describe('a hostile packet', () => {
  const deep = (length: number): string => `${'['.repeat(length)}${']'.repeat(length)}`;
  const input = '["terminal:input",{"terminal":"x","from":0,"data":{"_placeholder":true,"num":0}}]';
  const packets: (string | Buffer)[][] = [
    [''],
    ['\u0000'],
    ['9'],
    ['1'],
    ['2'],
    ['2probe'],
    ['3probe'],
    ['4'],
    ['5'],
    ['6'],
    ['bAAAA'],
    ['b!!!!'],
    [Buffer.alloc(0)],
    [Buffer.from([4, 2])],
    ['40'],
    ['40{'],
    ['40[]'],
    ['40"x"'],
    ['40{"__proto__":{"connected":true}}'],
    ['40/other,'],
    ['40/__proto__,{}'],
    [`40/${'x'.repeat(90_000)},`],
    ['41'],
    ['41/other,'],
    ['41["x"]'],
    ['42'],
    ['42[]'],
    ['42{}'],
    ['42[null]'],
    ['42[7]'],
    ['42[[]]'],
    ['42["error",{"message":"x"}]'],
    ['42["error"]'],
    ['42["connect"]'],
    ['42["disconnect"]'],
    ['42["disconnecting"]'],
    ['42["newListener","x"]'],
    ['42["removeListener","x"]'],
    ['42["__proto__",{}]'],
    ['42["constructor"]'],
    ['42["toString"]'],
    ['42["hasOwnProperty","x"]'],
    ['42/other,["terminal:ping"]'],
    ['420["clusters:watch"]'],
    ['420["clusters:watch",{"__proto__":{"organization":"acme"}}]'],
    ['420["clusters:watch",{"organization":{"toString":1}}]'],
    ['420["clusters:watch",{"organization":"acme\\u0000"}]'],
    ['420["clusters:watch",{"organization":"\\ud800"}]'],
    [`420["clusters:watch",${deep(40_000)}]`],
    [`42${deep(45_000)}`],
    [`42${'['.repeat(90_000)}`],
    ['4299999999999999999999999["terminal:ping"]'],
    ['421e400["terminal:ping"]'],
    ['42-1["terminal:ping"]'],
    ['420.5["terminal:ping"]'],
    ['43[]'],
    ['430[{"items":[]}]'],
    ['4399999999999999999999["x"]'],
    ['43'],
    ['44{"message":"x"}'],
    ['44"x"'],
    ['45'],
    ['450-[]'],
    ['451-'],
    ['4511-["x"]'],
    ['451e3-["x"]'],
    [`451-${input}`, Buffer.alloc(3)],
    [`451-${input}`, 'text instead'],
    [`451-${input}`, Buffer.alloc(3), Buffer.alloc(3)],
    [`452-${input}`, Buffer.alloc(3), Buffer.alloc(3)],
    [`4510-${input}`, ...Array.from({ length: 10 }, () => Buffer.alloc(90_000))],
    ['451-["x",{"_placeholder":true,"num":7}]', Buffer.alloc(1)],
    ['451-["x",{"_placeholder":true,"num":-1}]', Buffer.alloc(1)],
    ['451-["x",{"_placeholder":true,"num":"__proto__"}]', Buffer.alloc(1)],
    [`451-["x",${deep(40_000)}]`, Buffer.alloc(1)],
    ['461-[{"_placeholder":true,"num":0}]', Buffer.alloc(1)],
    ['461-1[{"_placeholder":true,"num":0}]', Buffer.alloc(1)],
    ['47'],
  ];

  it.each(packets.map((packet) => [packet.map((part) => String(part).slice(0, 70)), packet]))(
    '%j harms nobody else and reveals no internals',
    async (_, parts) => {
      const [eve, ada] = await Promise.all([connect('eve'), connect('ada')]);
      for (const part of parts) eve.ws.send(part as string | Buffer);
      if (eve.closed === undefined && eve.ws.readyState === eve.ws.OPEN) eve.ws.ping();
      await expectHonestService(ada);
      expect(eve.received.join('')).not.toMatch(/node_modules|\.js:|\.ts:/);
    },
  );

  it('of any bytes harms nobody else', async () => {
    await start({ liveEventsPerUser: 100_000, liveConnectionsPerUser: 1_000 });
    const ada = await connect('ada');
    let eve = await connect('eve');
    const event = fc.constantFrom('clusters:watch', 'terminal:open', 'terminal:input', 'terminal:close', 'error', 'x');
    const packet = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.constantFrom('42', '420', '43', '430', '40', '41', '44', '451-', '4'), fc.json())
        .map(([a, b]) => a + b),
      fc.tuple(event, fc.json({ maxDepth: 2 })).map(([name, value]) => `427["${name}",${value}]`),
    );
    const sample = fc.sample(packet, 3_000);
    for (const [index, part] of sample.entries()) {
      if (eve.closed !== undefined || eve.ws.readyState !== eve.ws.OPEN) eve = await connect('eve');
      eve.ws.send(part);
      if (index % 100 === 0) await expectHonestService(ada);
    }
    await expectHonestService(ada);
  });

  it('that leaves the namespace ends the connection too', async () => {
    const eve = await connect();
    const gone = once(eve.ws, 'close');
    eve.ws.send('41');
    eve.ws.send('40');
    await gone;
    expect(eve.received.filter((text) => text.startsWith('40{'))).toHaveLength(1);
  });
});

describe('a person who sends too much', () => {
  const withAnswer: [string, unknown[]][] = [
    ['clusters:watch', [watch]],
    ['clusters:watch', ['malformed']],
    ['clusters:unwatch', [watch]],
    ['terminal:open', [{}]],
    ['terminal:close', [{ organization: 'acme', terminal: randomUUID() }]],
    ['terminal:attach', [{}]],
    ['terminals:watch', [watch]],
    ['terminal:ping', []],
    ['unknown', [1]],
    ['error', []],
    ['__proto__', []],
  ];

  it.each(withAnswer)('of %s is told the limit and when to retry; others are served', async (event, values) => {
    await start({ liveEventsPerUser: 20 });
    const [one, two, ada] = await Promise.all([connect(), connect(), connect('ada')]);
    const answers = [];
    // Alternating between two connections, because the limit is the person's.
    for (let count = 0; count < 90; count++) answers.push(await (count % 2 === 0 ? one : two).ask(event, ...values));
    const refused = answers.filter((answer) => answer?.error?.code === 'limit');
    expect(refused.length).toBeGreaterThan(0);
    for (const { error } of refused) {
      expect(error.retryAfterSeconds).toBeGreaterThan(0);
      expect(error.message).toContain(`${error.retryAfterSeconds} second`);
    }
    expect(answers[0]?.error?.code).not.toBe('limit');
    expect([one.closed, two.closed]).toEqual([undefined, undefined]);
    await expectHonestService(ada);
  });

  const floods: [string, (ws: WebSocket) => void][] = [
    ['events', (ws) => ws.send('420["terminal:ping"]')],
    ['events without acknowledgement', (ws) => ws.send('42["clusters:watch",{"organization":"acme"}]')],
    ['unknown events', (ws) => ws.send('42["x"]')],
    ['unsolicited acknowledgements', (ws) => ws.send('4377[1]')],
    ['joins of unknown namespaces', (ws) => ws.send('40/x,')],
    ['engine.io pongs', (ws) => ws.send('3')],
    ['engine.io noops', (ws) => ws.send('6')],
    ['WebSocket pings', (ws) => ws.ping('x')],
    ['WebSocket pongs', (ws) => ws.pong('x')],
    ['terminal sizes', (ws) => ws.send('42["terminal:resize",{"terminal":"x","columns":1,"rows":1}]')],
    ['acknowledgements of output', (ws) => ws.send('42["terminal:ack",{"terminal":"x","position":1}]')],
    [
      'keystrokes',
      (ws) => {
        ws.send('451-["terminal:input",{"terminal":"x","from":0,"data":{"_placeholder":true,"num":0}}]');
        ws.send(Buffer.alloc(1));
      },
    ],
  ];

  it.each(floods)('and goes on with %s is cut off with the reason', async (_, send) => {
    await start({ liveEventsPerUser: 20 });
    const [eve, ada] = await Promise.all([connect(), connect('ada')]);
    for (let count = 0; count < 1_000 && eve.ws.readyState === eve.ws.OPEN; count++) send(eve.ws);
    await until(() => eve.closed !== undefined);
    expect(eve.closed).toEqual({ code: 4429, reason: expect.stringContaining('too many messages') });
    await expectHonestService(ada);
  });

  it('in bytes is cut off after far fewer messages', async () => {
    await start({ liveEventsPerUser: 20 });
    const eve = await connect();
    for (let count = 0; count < 30; count++) eve.ws.send(`42["x","${'x'.repeat(90_000)}"]`);
    await until(() => eve.closed !== undefined);
    expect(eve.closed?.code).toBe(4429);
  });

  it('may not reconnect at once', async () => {
    await start({ liveEventsPerUser: 20 });
    const eve = await connect();
    for (let count = 0; count < 1_000; count++) eve.ws.send('42["x"]');
    await until(() => eve.closed !== undefined);
    expect(await dial({ token: 'eve' })).toBe(429);
    await expectHonestService(await connect('ada'));
  });

  it('gets answers to WebSocket pings until the limit', async () => {
    const eve = await connect();
    const pong = once(eve.ws, 'pong');
    eve.ws.ping('are you there');
    expect(String((await pong)[0])).toBe('are you there');
  });
});

describe('live connections of one person', () => {
  it('are limited, and one that ends frees its place, however it ends', async () => {
    await start({ liveConnectionsPerUser: 3 });
    const three = await Promise.all([connect(), connect(), connect()]);
    expect(await dial({ token: 'eve' })).toBe(429);
    await expectHonestService(await connect('ada'));
    const ends: ((client: RawLiveClient) => void)[] = [
      ({ ws }) => ws.close(),
      ({ ws }) => ws.terminate(),
      ({ ws }) => ws.send('41'),
    ];
    for (const [index, end] of ends.entries()) {
      end(three[index] as RawLiveClient);
      let again: WebSocket | number = 429;
      while (again === 429) again = await dial({ token: 'eve' });
      expect(typeof again).toBe('object');
      expect(await dial({ token: 'eve' })).toBe(429);
    }
  });

  it('that were refused do not count', async () => {
    await start({ liveConnectionsPerUser: 1 });
    for (let count = 0; count < 5; count++) expect(await dial({ query: 'EIO=4&transport=polling' })).toBe(400);
    await connect();
  });
});

describe('a list of clusters', () => {
  it('is refused while the previous one is pending', async () => {
    const lists: ((clusters: Cluster[]) => void)[] = [];
    vi.spyOn(harness.directory, 'list').mockImplementation(
      () => new Promise<Cluster[]>((resolve) => lists.push(resolve)),
    );
    const eve = await connect();
    const first = eve.ask('clusters:watch', watch);
    await until(() => lists.length === 1);
    expect(await eve.ask('clusters:watch', watch)).toMatchObject({ error: { code: 'limit', retryAfterSeconds: 1 } });
    expect(lists).toHaveLength(1);
    lists[0]?.([]);
    expect(await first).toEqual({ items: [] });
    const second = eve.ask('clusters:watch', watch);
    await until(() => lists.length === 2);
    lists[1]?.([]);
    expect(await second).toEqual({ items: [] });
  });

  it('that fails is reported, and the next one works', async () => {
    const eve = await connect();
    vi.spyOn(harness.directory, 'list').mockRejectedValueOnce(new Error('the database is away'));
    expect(await eve.ask('clusters:watch', watch)).toMatchObject({ error: { code: 'unavailable' } });
    await expectHonestService(eve);
  });
});

describe('a browser that does not read', () => {
  const big = { id: clusterId, name: 'x'.repeat(100_000) } as Cluster;

  /** The largest number of bytes that ever waited for one connection. */
  function watchUnread(): () => number {
    let most = 0;
    const real = ConnectionGuard.prototype.unread;
    vi.spyOn(ConnectionGuard.prototype, 'unread').mockImplementation(function (this: ConnectionGuard) {
      const bytes = real.call(this);
      most = Math.max(most, bytes);
      return bytes;
    });
    return () => most;
  }

  it('is cut off when too many bytes wait for it, which are then dropped', async () => {
    const most = watchUnread();
    const [eve, ada] = await Promise.all([connect(), connect('ada')]);
    await eve.ask('clusters:watch', watch);
    vi.spyOn(harness.directory, 'get').mockImplementation(async () => big);
    eve.ws.pause();
    const raw = Reflect.get(eve.ws, '_socket');
    raw.pause();
    const closed = new Promise((resolve) => raw.once('close', resolve));
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    let sent = 0;
    while (most() <= unreadLimits.connection && sent < 1_000) {
      harness.directory.changes.emit('changed', { organizationId: acme, clusterId });
      sent++;
      await turns(5);
    }
    expect(most()).toBeGreaterThan(unreadLimits.connection);
    expect(most()).toBeLessThan(unreadLimits.connection + 2 * 100_000);
    // The gateway has closed the connection; the browser notices when it reads.
    raw.resume();
    eve.ws.resume();
    await until(() => isClosed);
    await expectHonestService(ada);
  });

  it('is cut off rather than sent a list that is too large to wait', async () => {
    vi.spyOn(harness.directory, 'list').mockImplementation(async () => Array.from({ length: 100 }, () => big));
    const most = watchUnread();
    const eve = await connect();
    const raw = Reflect.get(eve.ws, '_socket');
    raw.pause();
    // 10 MB is more than may wait for one connection.
    eve.ws.send('421["clusters:watch",{"organization":"acme"}]');
    await until(() => most() > unreadLimits.connection);
    raw.resume();
    await until(() => eve.closed !== undefined);
  });

  it('has its terminals held back by the total that waits, and gets every byte once it reads again', async () => {
    await start();
    const execs: FakeExec[] = [];
    harness.onRequest = (request) => {
      if (request.head.kind === 'upgrade') execs.push(new FakeExec(request));
      else {
        request.respond({ status: 200, headers: [['content-type', 'application/json']] });
        request.stream.resume();
        request.stream.end(podJson());
      }
    };
    harness.dialer.start();
    await until(() => harness.registry.isOnline(clusterId));
    const most = watchUnread();
    const eve = await connect();
    const place = { ...watch, cluster: 'prod', namespace: 'shop', pod: 'web-0', columns: 80, rows: 24 };
    const terminals: { id: string; received: number }[] = [];
    for (let count = 0; count < 30; count++) {
      const opened = await eve.ask('terminal:open', { ...place, container: 'app', viewer: randomUUID() });
      terminals.push({ id: opened.terminal.id, received: 0 });
    }
    const each = 400 * 1024;
    let current: { id: string; received: number } | undefined;
    eve.ws.on('message', (data, isBinary) => {
      if (!isBinary) {
        const id = /"terminal:output",\{"terminal":"([^"]+)"/.exec(data.toString())?.[1];
        current = terminals.find((terminal) => terminal.id === id);
      } else if (current !== undefined) {
        current.received += (data as Buffer).byteLength;
        eve.ws.send(`42${JSON.stringify(['terminal:ack', { terminal: current.id, position: current.received }])}`);
      }
    });
    const raw = Reflect.get(eve.ws, '_socket');
    raw.pause();
    for (const exec of execs) for (let sent = 0; sent < each; sent += 8_192) exec.output(Buffer.alloc(8_192, 'y'));
    await atRest(most);
    expect(most()).toBeLessThan(unreadLimits.connection);
    raw.resume();
    await until(() => terminals.every(({ received }) => received === each));
    expect(eve.closed).toBeUndefined();
  });
});
