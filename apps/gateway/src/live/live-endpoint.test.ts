import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { turns, useLeakCheck } from '@postern/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Principal } from '../identity/principal.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
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
let connections: FakeConnection[];

beforeEach(() => {
  authenticator = new FakeAuthenticator();
  authenticator.principals.set('eve', {
    userId: 'eve',
    credential: { kind: 'browser', id: 'session-eve' },
  } as Principal);
  // Allows 40 events at once.
  limits = new Limits({ ...defaultLimits, liveEventsPerUser: 10, liveConnectionsPerUser: 1 }, () => 0);
  lines = [];
  connections = [];
  const directory = new FakeDirectory();
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const options: Partial<LiveOptions> = {
    authenticator,
    clusters: directory,
    changes: directory.changes,
    limits,
    logger,
    publicOrigin,
  };
  endpoint = new LiveEndpoint(options as LiveOptions);
});
afterEach(() => {
  for (const connection of connections) connection.destroy();
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
  });
});
