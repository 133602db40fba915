import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { duplexPair } from 'node:stream';
import { turns, useLeakCheck } from '@postern/testkit';
import type { Server as Engine } from 'engine.io';
import { pino } from 'pino';
import { Server } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { refusal } from '../access/refusal.ts';
import type { ClusterChanges } from '../clusters/cluster-changes.ts';
import { attachRemoteAddress } from '../edge/remote-address.ts';
import type { Principal } from '../identity/principal.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import type { HeldTerminals } from '../terminals/held/held-terminals.ts';
import type { TerminalClient } from '../terminals/terminal-service.ts';
import { FakeConnection } from '../test/fake-streams.ts';
import { FakeAuthenticator, FakeDirectory } from '../test/fakes.ts';
import { LiveEndpoint } from './live-endpoint.ts';
import type { LiveOptions } from './live-socket.ts';

useLeakCheck();

const publicOrigin = 'https://localhost:1';

let authenticator: FakeAuthenticator;
let limits: Limits;
let lines: string[];
let endpoint: LiveEndpoint;
let changes: ClusterChanges;
/** socket.io's server and engine.io's below it. */
let io: Server;
let engine: Engine;
let connections: FakeConnection[];
let browsers: WebSocket[];
/** The client of each terminal that was asked for. */
let clients: TerminalClient[];
/** Ends the session. */
let revoke: () => void;
let watched: number;

beforeEach(() => {
  authenticator = new FakeAuthenticator();
  authenticator.principals.set('eve', {
    userId: 'eve',
    credential: { kind: 'browser', id: 'session-eve' },
  } as Principal);
  // Allows 40 events at once.
  limits = new Limits({ ...defaultLimits, liveEventsPerUser: 10, liveConnectionsPerUser: 2 }, () => 0);
  lines = [];
  connections = [];
  browsers = [];
  clients = [];
  watched = 0;
  const directory = new FakeDirectory();
  changes = directory.changes;
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const options: Partial<LiveOptions> = {
    authenticator,
    clusters: directory,
    changes,
    terminals: {
      open: async (client: TerminalClient) => {
        clients.push(client);
        throw refusal(403, 'no');
      },
      list: () => [],
      on: () => {},
      off: () => {},
    } as unknown as HeldTerminals,
    revalidation: {
      watch: (_principal: Principal, onRevoked: () => void) => {
        revoke = onRevoked;
        watched++;
        return () => watched--;
      },
    } as unknown as Revalidation,
    limits,
    logger,
    publicOrigin,
  };
  const bind = vi.spyOn(Server.prototype, 'bind');
  endpoint = new LiveEndpoint(options as LiveOptions);
  io = bind.mock.contexts[0] as Server;
  engine = bind.mock.calls[0]?.[0] as Engine;
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const connection of connections) connection.destroy();
  for (const browser of browsers) browser.terminate();
  endpoint.close();
});

interface Handshake {
  method?: string;
  url?: string | undefined;
  headers?: IncomingHttpHeaders;
}

/** Sends a handshake. */
function dial({ method = 'GET', headers = {}, ...more }: Handshake = {}): FakeConnection {
  const connection = new FakeConnection();
  connections.push(connection);
  const request = {
    method,
    url: 'url' in more ? more.url : '/socket.io/?EIO=4&transport=websocket',
    headers: {
      origin: publicOrigin,
      cookie: 'session=eve',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      ...headers,
    },
  };
  endpoint.upgrade(request as IncomingMessage, connection, Buffer.alloc(0));
  return connection;
}

/** @returns the HTTP status of the answer. */
async function statusOf(connection: FakeConnection): Promise<number> {
  await turns();
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(connection.received)?.[1]);
}

describe('a handshake', () => {
  it('opens a connection, which takes one of the places of its person until it ends', async () => {
    const connection = dial({ headers: { upgrade: 'WebSocket' } });
    expect(await statusOf(connection)).toBe(101);
    expect(await statusOf(dial())).toBe(101);
    expect(await statusOf(dial())).toBe(429);
    connection.destroy();
    await turns();
    expect(await statusOf(dial())).toBe(101);
  });

  it.each<[string, number, Handshake]>([
    ['another method', 400, { method: 'POST' }],
    ['no Upgrade', 400, { headers: { upgrade: undefined } }],
    ['another Upgrade', 400, { headers: { upgrade: 'h2c' } }],
    ['another origin', 403, { headers: { origin: 'https://localhost:11' } }],
    ['no origin', 403, { headers: { origin: undefined } }],
    ['the id of a connection', 400, { url: '/socket.io/?EIO=4&transport=websocket&sid=x' }],
    ['no target', 400, { url: undefined }],
    ['an unknown cookie', 401, { headers: { cookie: 'session=nobody' } }],
  ])('with %s is refused with %i and costs nothing', async (_, status, handshake) => {
    expect(await statusOf(dial(handshake))).toBe(status);
    expect(limits.take('liveEventsPerUser', 'eve', 40)).toBe(0);
    expect(limits.enter('liveConnectionsPerUser', 'eve')).toBeDefined();
  });

  it('counts as ten events, and is refused if its person has fewer left', async () => {
    limits.take('liveEventsPerUser', 'eve', 20);
    const connection = dial();
    expect(await statusOf(connection)).toBe(101);
    connection.destroy();
    expect(limits.take('liveEventsPerUser', 'eve', 1)).toBe(0);
    await turns();
    expect(await statusOf(dial())).toBe(429);
    expect(limits.take('liveEventsPerUser', 'eve', 9)).toBe(0);
  });

  it('whose credential cannot be checked is refused with 503 and logged', async () => {
    authenticator.failing = true;
    expect(await statusOf(dial())).toBe(503);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['cannot open a live connection']);
  });

  it('whose connection closes while its credential is checked takes no place', async () => {
    const checked = Promise.withResolvers<void>();
    vi.spyOn(authenticator, 'authenticate').mockImplementationOnce(async () => {
      await checked.promise;
      return authenticator.principals.get('eve') ?? null;
    });
    dial().destroy();
    await turns();
    checked.resolve();
    await turns();
    expect(await statusOf(dial())).toBe(101);
    expect(await statusOf(dial())).toBe(101);
  });
});

/** A browser's connection in memory. */
interface Browser {
  ws: WebSocket;
  closed: Promise<void>;
  /** Waits for a text that begins like this, including engine.io's envelope. @returns the JSON after it. */
  next(start: string): Promise<unknown>;
}

function browse(headers: Record<string, string> = {}): Browser {
  const [ours, theirs] = duplexPair();
  // What the gateway sends arrives in a later turn, as over a network: `ws` relies on it when it closes.
  const deliver = theirs._write.bind(theirs);
  theirs._write = (...written) => void setImmediate(() => deliver(...written));
  // Unlike in a network, destroying one end does not close the other.
  ours.once('close', () => theirs.destroy());
  theirs.once('close', () => ours.destroy());
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    attachRemoteAddress(request, '192.0.2.7');
    endpoint.upgrade(request, socket, head);
  });
  server.emit('connection', theirs);
  const ws = new WebSocket('ws://localhost/socket.io/?EIO=4&transport=websocket', {
    createConnection: () => ours as never,
    headers: { origin: publicOrigin, cookie: 'session=eve', ...headers },
  });
  browsers.push(ws);
  ws.on('error', () => {});
  const received: string[] = [];
  ws.on('message', (data) => received.push(String(data)));
  const next = async (start: string): Promise<unknown> => {
    let found: string | undefined;
    while (found === undefined) {
      found = received.find((text) => text.startsWith(start));
      if (found === undefined) await once(ws, 'message');
    }
    received.splice(received.indexOf(found), 1);
    return JSON.parse(found.slice(start.length));
  };
  const closed = new Promise<void>((resolve) => ws.once('close', () => resolve()));
  return { ws, closed, next };
}

/** A browser that has joined. */
async function join(headers: Record<string, string> = {}): Promise<Browser> {
  const browser = browse(headers);
  await browser.next('0');
  browser.ws.send('40');
  await browser.next('40');
  return browser;
}

describe('a live connection', () => {
  it('begins with its limits, and is not compressed', async () => {
    const browser = browse();
    expect(await browser.next('0')).toEqual({
      sid: expect.any(String),
      upgrades: [],
      pingInterval: 15_000,
      pingTimeout: 15_000,
      maxPayload: 100 * 1024,
    });
    expect(browser.ws.extensions).toBe('');
  });

  it.each([
    ['a browser', { 'user-agent': 'Firefox' }, 'Firefox'],
    ['a client without a name', {}, ''],
  ])('of %s opens terminals under its address and its name', async (_, headers: Record<string, string>, userAgent) => {
    const { ws, next } = await join(headers);
    const viewer = '0190eeee-0000-7000-8000-000000000001';
    const place = {
      organization: 'acme',
      cluster: 'prod',
      namespace: 'shop',
      pod: 'web-0',
      viewer,
      columns: 80,
      rows: 24,
    };
    ws.send(`420${JSON.stringify(['terminal:open', place])}`);
    expect(await next('430')).toEqual([expect.objectContaining({ error: expect.anything() })]);
    expect(clients).toEqual([{ principal: authenticator.principals.get('eve'), address: '192.0.2.7', userAgent }]);
  });

  it('ends with its session', async () => {
    const { next, closed } = await join();
    expect(watched).toBe(1);
    revoke();
    expect(await next('42')).toEqual(['session:ended', { message: 'Your session has ended. Sign in again.' }]);
    await closed;
    expect(watched).toBe(0);
  });

  it('ends when the gateway stops, joined or not', async () => {
    const joined = await join();
    const waiting = browse();
    await waiting.next('0');
    endpoint.close();
    await Promise.all([joined.closed, waiting.closed]);
    expect(watched).toBe(0);
    expect(changes.eventNames()).toEqual([]);
  });

  it('is limited in its events', async () => {
    const { ws, next } = await join();
    for (let count = 0; count < 31; count++) ws.send(`42${count}["terminal:ping"]`);
    expect(await next('4329')).toEqual([null]);
    expect(await next('4330')).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code: 'limit' }) }),
    ]);
  });
});

describe('a connection that was not admitted here', () => {
  it('is closed as soon as it exists', () => {
    const closed: unknown[] = [];
    const [guard] = engine.listeners('connection');
    guard?.({ request: {}, close: (...how: unknown[]) => closed.push(how) });
    expect(closed).toEqual([[true]]);
  });

  it.each([
    ['by its request', { request: {} }],
    ['by its WebSocket', { conn: {} }],
  ])('is closed instead of being served, even if it is only unknown %s', async (_, unknown) => {
    await join();
    const disconnected: unknown[] = [];
    const [known] = io.sockets.sockets.values();
    const foreign = {
      request: known?.request,
      conn: known?.conn,
      disconnect: (...how: unknown[]) => disconnected.push(how),
      ...unknown,
    };
    for (const serve of io.sockets.listeners('connection')) serve(foreign as never);
    expect(disconnected).toEqual([[true]]);
  });
});
