import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { StreamResetError } from '@postern/mux';
import { turns, useLeakCheck } from '@postern/testkit';
import type { ResponseHead } from '@postern/tunnel';
import type { Logger } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClusterAccess } from '../access/cluster-access.ts';
import { refusal } from '../access/refusal.ts';
import type { ClusterRequestHead, OpenOptions } from '../connector/cluster-connector.ts';
import { attachExchange, newExchange } from '../edge/exchange.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { GatewayMetrics } from '../metrics/metrics.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import { FakeClusterStream, FakeConnection } from '../test/fake-streams.ts';
import { FakeAuditLog, FakeAuthenticator, FakeBindings, FakeDirectory, FakeSessionLog } from '../test/fakes.ts';
import { KubeEndpoint } from './endpoint.ts';

// What the endpoint notes, holds and releases for each request, at moments that real connections rarely meet.

useLeakCheck();

/** A request as the cluster got it. */
interface Opened {
  head: ClusterRequestHead;
  options: OpenOptions;
  stream: FakeClusterStream;
  answer(head: ResponseHead): void;
}

let authenticator: FakeAuthenticator;
let directory: FakeDirectory;
let sessions: FakeSessionLog;
let endpoint: KubeEndpoint;
let opened: Opened[];
let connections: FakeConnection[];
/** Ends the credential of the last request. */
let revoke: () => void;
let unwatched: number;
let log: { warn: ReturnType<typeof vi.fn>; error: ReturnType<typeof vi.fn> };

beforeEach(() => {
  authenticator = new FakeAuthenticator();
  directory = new FakeDirectory();
  sessions = new FakeSessionLog();
  opened = [];
  connections = [];
  unwatched = 0;
  log = { warn: vi.fn(), error: vi.fn() };
  const organizationId = 'organization-1';
  const cluster = { id: 'cluster-1', organizationId, slug: 'acme', name: 'prod', offlineSince: null };
  directory.clusters.push({ ...cluster, everConnected: true });
  authenticator.principals.set('ada', {
    userId: 'ada',
    username: 'ada@example.com',
    credential: { kind: 'api', id: 'credential-1', clusterId: null, expiresAt: new Date(0), scopes: null },
    memberships: [{ organizationId, slug: 'acme', role: 'owner' }],
  });
  const watch = (_principal: unknown, onRevoked: () => void): (() => void) => {
    revoke = onRevoked;
    return () => {
      unwatched++;
    };
  };
  endpoint = new KubeEndpoint({
    authenticator,
    directory,
    access: new ClusterAccess({ bindings: new FakeBindings(), publicOrigin: 'https://postern.test' }),
    sessions,
    connector: { open: async (_cluster, head, options) => open(head, options) },
    audit: new FakeAuditLog(),
    revalidation: { watch } as unknown as Revalidation,
    // One request at a time.
    limits: new Limits({ ...defaultLimits, streamsPerUser: 1 }),
    metrics: new GatewayMetrics({ processMetrics: false }),
    logger: log as unknown as Logger,
    publicOrigin: 'https://localhost:1',
  });
});
afterEach(async () => {
  for (const connection of connections) connection.destroy();
  await turns();
  for (const { stream } of opened) stream.reset('cancelled', '');
});

function open(
  head: ClusterRequestHead,
  options: OpenOptions,
): { stream: FakeClusterStream; response: Promise<ResponseHead> } {
  const stream = new FakeClusterStream();
  if (options.end) stream.end();
  const response = new Promise<ResponseHead>((answer, reject) => {
    stream.once('error', reject);
    opened.push({ head, options, stream, answer });
  });
  response.catch(() => {});
  return { stream, response };
}

function newRequest(path: string, more: Record<string, string> = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  request.url = path;
  request.headers = { authorization: 'Bearer ada', ...more };
  request.rawHeaders = Object.entries(more).flat();
  return request;
}

function newConnection(): FakeConnection {
  const connection = new FakeConnection();
  connections.push(connection);
  return connection;
}

function newResponse(request: IncomingMessage): { response: ServerResponse; client: FakeConnection } {
  const client = newConnection();
  const response = new ServerResponse(request);
  response.assignSocket(client as unknown as Socket);
  return { response, client };
}

const pods = '/k8s/acme/prod/api/v1/pods';
const exec = '/k8s/acme/prod/api/v1/namespaces/a/pods/p/exec?command=sh';

/** Sends a plain request, until it has reached the cluster or was refused. */
async function send(): Promise<{ response: ServerResponse; client: FakeConnection }> {
  const request = newRequest(pods);
  const { response, client } = newResponse(request);
  endpoint.request(request, response);
  await turns();
  return { response, client };
}

/** Sends a plain request, which gets a complete answer. */
async function finish(status = 200): Promise<ServerResponse> {
  const { response, client } = await send();
  const { stream, answer } = lastOpened();
  answer({ status, headers: [] });
  stream.push(null);
  await turns();
  client.destroy();
  await turns();
  return response;
}

/** Sends an upgrade, until it has reached the cluster or was refused. */
async function upgrade(path = exec, client = newConnection()): Promise<FakeConnection> {
  endpoint.upgrade(newRequest(path, { connection: 'Upgrade', upgrade: 'websocket' }), client, Buffer.alloc(0));
  await turns();
  return client;
}

/** An exec that the cluster has accepted. */
async function join(): Promise<{ client: FakeConnection; stream: FakeClusterStream }> {
  const client = await upgrade();
  const { stream, answer } = lastOpened();
  answer({ status: 101, headers: [['upgrade', 'websocket']] });
  await turns();
  return { client, stream };
}

function lastOpened(): Opened {
  const last = opened.at(-1);
  if (last === undefined) throw new Error('no request reached the cluster');
  return last;
}

it('counts a request as authenticated once its credential was accepted', async () => {
  const known = vi.fn();
  const ask = async (token: string): Promise<void> => {
    const request = newRequest(pods, { authorization: `Bearer ${token}` });
    const { response } = newResponse(request);
    const connection = { exchanges: 1, isClosing: false };
    attachExchange(newExchange({ request, response, owner: null, connection, address: '', known }));
    endpoint.request(request, response);
    await turns();
  };
  await ask('nobody');
  expect(known).not.toHaveBeenCalled();
  await ask('ada');
  expect(known).toHaveBeenCalledOnce();
});

describe('a plain request', () => {
  it('is not interactive, and for a program is not made a download', async () => {
    const response = await finish();
    expect(lastOpened().options).toEqual({ end: true, interactive: false });
    expect(response.statusCode).toBe(200);
    expect(response.hasHeader('content-disposition')).toBe(false);
  });

  it('is no longer watched or counted as open once both sides have closed', async () => {
    await finish();
    expect(unwatched).toBe(1);
    await finish();
    expect(unwatched).toBe(2);
    expect(opened).toHaveLength(2);
  });

  it('is not sent, and takes no place, if the client left while it was checked', async () => {
    const request = newRequest(pods);
    const { response, client } = newResponse(request);
    client.destroy();
    await once(response, 'close');
    endpoint.request(request, response);
    await turns();
    expect(opened).toEqual([]);
    await send();
    expect(opened).toHaveLength(1);
  });

  it('whose client has left is not answered when it fails', async () => {
    const { response, client } = await send();
    client.destroy();
    await turns();
    expect(lastOpened().stream.endings).toEqual(['reset cancelled: the client has gone']);
    expect(response.headersSent).toBe(false);
  });

  it('is cut at once when the credential ends, even if the client reads slowly', async () => {
    const { response, client } = await send();
    const { stream, answer } = lastOpened();
    answer({ status: 200, headers: [] });
    await turns();
    client.isSlow = true;
    stream.push('half');
    await turns();
    expect(client.writableLength).toBeGreaterThan(0);
    revoke();
    expect(response.destroyed).toBe(true);
    await turns();
    expect(stream.endings).toEqual(['reset revoked: the credential has ended']);
  });
});

describe('an upgrade', () => {
  it.each([
    ['exec?command=sh&stdin=true&tty=true', true],
    ['exec?command=sh&stdin=true', false],
    ['log?follow=true', false],
  ])('to %s is sent before bulk data: %s', async (what, interactive) => {
    await upgrade(`/k8s/acme/prod/api/v1/namespaces/a/pods/p/${what}`);
    expect(lastOpened().options).toMatchObject({ end: false, interactive });
  });

  it('is neither sent nor recorded if the client left while it was checked', async () => {
    const client = newConnection();
    client.destroy();
    await once(client, 'close');
    await upgrade(exec, client);
    expect([opened, sessions.sessions]).toEqual([[], []]);
    await send();
    expect(opened).toHaveLength(1);
  });

  it('is cut if the client leaves before the cluster has answered', async () => {
    const client = await upgrade();
    client.destroy();
    await turns();
    expect(lastOpened().stream.endings).toEqual(['reset cancelled: the client has gone']);
    expect(client.received).toBe('');
  });

  it('is cut at once when the credential ends, even if the client reads slowly', async () => {
    const { client, stream } = await join();
    client.isSlow = true;
    stream.push('half');
    await turns();
    revoke();
    expect(client.destroyed).toBe(true);
    await turns();
    expect(sessions.sessions).toMatchObject([{ end: { reason: 'the credential has ended' } }]);
  });

  it('ends, in the record, when the client has read everything', async () => {
    const { client, stream } = await join();
    client.isSlow = true;
    stream.push('last');
    await turns();
    stream.destroy(new StreamResetError('upstream-failed', 'it broke off', true));
    await turns();
    expect(stream.closed).toBe(true);
    expect(sessions.sessions[0]?.end).toBeUndefined();
    client.catchUp();
    await turns();
    expect(sessions.sessions[0]?.end).toMatchObject({ reason: 'it broke off' });
    expect(unwatched).toBe(1);
  });

  it('that the cluster refuses is over at once, even if the client reads slowly', async () => {
    const client = await upgrade();
    client.isSlow = true;
    const { stream, answer } = lastOpened();
    answer({ status: 403, headers: [] });
    stream.push(null);
    await turns();
    expect([stream.closed, client.destroyed, unwatched]).toEqual([true, false, 1]);
    expect(sessions.sessions[0]?.end).toBeDefined();
    expect(directory.served).toEqual([]);
  });
});

describe('the first request of a cluster', () => {
  it('is noted once', async () => {
    await finish();
    await finish();
    expect(directory.served).toEqual(['cluster-1']);
  });

  it.each([
    [499, ['cluster-1']],
    [500, []],
  ])('with the status %i is noted for %j', async (status, served) => {
    await finish(status);
    expect(directory.served).toEqual(served);
  });

  it('may be an upgrade', async () => {
    await join();
    expect(directory.served).toEqual(['cluster-1']);
  });

  it('is noted by a later one if that failed', async () => {
    const error = new Error('the database is away');
    const note = vi.spyOn(directory, 'firstRequestServed').mockRejectedValueOnce(error);
    await finish();
    expect(log.warn.mock.calls).toEqual([[{ error }, 'cannot note the first request of a cluster']]);
    await finish();
    await finish();
    expect(note.mock.calls).toEqual([['cluster-1'], ['cluster-1']]);
  });
});

describe('an unexpected error', () => {
  const message = 'a request to a cluster failed inside Postern';
  const error = new Error('a fault');

  it('is logged, and not shown to the client', async () => {
    vi.spyOn(directory, 'find').mockRejectedValue(error);
    const { response, client } = await send();
    const { status } = refusal(503, 'Postern cannot handle this request right now. Try again shortly.');
    const body = `${JSON.stringify(status)}\n`;
    expect(response.statusCode).toBe(503);
    expect({ ...response.getHeaders() }).toEqual({
      'content-type': 'application/json',
      'content-length': body.length,
      'cache-control': 'no-store',
    });
    expect(client.received.endsWith(`\r\n\r\n${body}`)).toBe(true);
    expect(log.error.mock.calls).toEqual([[{ method: 'GET', error }, message]]);
  });

  it('after the head of the response breaks it off', async () => {
    vi.spyOn(directory, 'firstRequestServed').mockImplementation(() => {
      throw error;
    });
    const { response } = await send();
    lastOpened().answer({ status: 200, headers: [] });
    await turns();
    expect([response.headersSent, response.destroyed]).toEqual([true, true]);
    expect(log.error.mock.calls).toEqual([[{ method: 'GET', error }, message]]);
  });
});
