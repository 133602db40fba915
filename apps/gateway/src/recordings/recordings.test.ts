import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { type Step, wireOf, wireProtocols } from '@postern/recording/test';
import { until } from '@postern/testkit';
import { type IncomingRequest, TunnelDialer, webSocketClientOptions } from '@postern/tunnel';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Database } from '../database/database.ts';
import { type GatewayHarness, type Person, startGatewayHarness } from '../test/gateway-harness.ts';
import { RecordingRows } from './recording-rows.ts';
import { RecordingStores } from './recording-stores.ts';
import { Retention } from './retention.ts';
import { SessionEndings } from './session-endings.ts';

const [, webSocket] = wireProtocols as [(typeof wireProtocols)[0], (typeof wireProtocols)[0]];
const size: Step = { side: 'up', channel: 'resize', data: Buffer.from('{"Width":100,"Height":30}') };
const said = (text: string): Step => ({ side: 'down', channel: 'stdout', data: Buffer.from(text) });
const exit: Step = { side: 'down', channel: 'error', data: Buffer.from('{"status":"Success"}') };

let harness: GatewayHarness;
let database: Database;
let dialer: TunnelDialer;
let ada: Person;
let eve: Person;
const people: Record<'member' | 'auditor', string> = { member: '', auditor: '' };
const opened: Duplex[] = [];

beforeAll(async () => {
  harness = await startGatewayHarness();
  database = new Database({ url: harness.database.appUrl, connections: 3 });
  [ada, eve] = [await harness.signUp('ada'), await harness.signUp('eve')];
  for (const role of ['member', 'auditor'] as const) {
    const { userId, email } = await harness.signUp(role);
    await database.scoped.membership.create({ data: { organizationId: ada.organizationId, userId, role } });
    const signedIn = await harness.ask('POST', '/api/v1/auth/sign-in', {
      body: { email, password: 'correct horse battery', token: { name: 't', expiresInSeconds: 3_600 } },
    });
    people[role] = signedIn.json.token.secret;
  }
  const { cluster, joining } = await harness.createCluster(ada, 'prod');
  const { agentId, tunnelUrls, privateKeyPem } = await harness.enroll(joining.joinToken);
  dialer = new TunnelDialer({
    urls: tunnelUrls,
    agentId,
    clusterId: cluster.id,
    instance: 'test',
    version: '0.1.0',
    privateKey: createPrivateKey(privateKeyPem),
    createWebSocket: (url, protocols) =>
      new WebSocket(url, protocols, { ...webSocketClientOptions, ca: harness.caPem }),
  });
  dialer.on('connected', (tunnel) => tunnel.on('request', (request: IncomingRequest) => answer(request)));
  dialer.start();
  await until(async () => (await clusters('ada', ada.token)).json.items[0].status === 'online');
});
afterAll(async () => {
  for (const socket of opened) socket.destroy();
  await dialer.stop();
  await database.close();
  await harness.stop();
});

let atCluster: Duplex;
function answer({ stream, respond }: IncomingRequest): void {
  respond({
    status: 101,
    headers: [
      ['connection', 'Upgrade'],
      ['upgrade', 'websocket'],
      ['sec-websocket-protocol', webSocket.subprotocol],
    ],
  });
  stream.on('data', () => {});
  atCluster = stream;
}

const clusters = (slug: string, token: string) =>
  harness.ask('GET', `/api/v1/organizations/${slug}/clusters`, { token });
const ask = (method: string, path: string, token = ada.token, body?: unknown) =>
  harness.ask(method, `/api/v1/organizations/ada${path}`, { token, body });
// biome-ignore lint/suspicious/noExplicitAny: as the API shows it.
const newest = async (): Promise<any> => (await ask('GET', '/sessions')).json.items[0];

/** Opens an exec and plays what happens in it. @returns the person's connection. */
async function exec(steps: Step[]): Promise<Duplex> {
  const request = httpsRequest({
    agent: false,
    ca: harness.caPem,
    host: 'localhost',
    port: harness.port,
    path: '/k8s/ada/prod/api/v1/namespaces/default/pods/web/exec?command=sh&stdin=true&stdout=true&tty=true',
    headers: {
      authorization: `Bearer ${ada.token}`,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-protocol': webSocket.subprotocol,
    },
  });
  request.end();
  const [, socket] = (await once(request, 'upgrade')) as [unknown, Duplex];
  socket.on('error', () => {}).resume();
  opened.push(socket);
  play(socket, steps);
  return socket;
}

function play(socket: Duplex, steps: Step[]): void {
  const chunks = wireOf(webSocket, steps).filter(({ bytes }) => bytes[0] !== 0x88);
  for (const { side, bytes } of chunks) (side === 'up' ? socket : atCluster).write(bytes);
}

/** A session that has ended, with its recording. */
async function recorded(steps: Step[]) {
  const socket = await exec(steps);
  const { id } = await newest();
  // Until the cluster's bytes have passed, which are recorded by then.
  const read = once(socket, 'data');
  play(socket, [said('.')]);
  await read;
  await until(async () => {
    atCluster.end();
    socket.end();
    return (await newest()).recording?.isComplete === true;
  });
  return { id };
}

const lines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the recording of a session', () => {
  let id: string;
  beforeAll(async () => {
    ({ id } = await recorded([size, said('hello'), exit]));
  });

  it('is an asciicast that is listed with its duration and size', async () => {
    const reply = await ask('GET', `/sessions/${id}/recording`);
    expect(reply.headers['content-type']).toBe('application/x-asciicast');
    const [header, ...events] = lines(reply.text) as [unknown, ...unknown[][]];
    expect(header).toMatchObject({ version: 3, term: { cols: 100, rows: 30 }, command: 'sh', title: 'default/web' });
    expect(events).toContainEqual([expect.any(Number), 'o', 'hello']);
    expect(events).toContainEqual([expect.any(Number), 'x', '0']);
    expect((await newest()).recording).toEqual({
      durationMs: expect.any(Number),
      sizeBytes: Buffer.byteLength(reply.text),
      missingBytes: 0,
      isComplete: true,
    });
    const { rows } = await harness.database.run('SELECT data FROM recording_chunks');
    expect(rows[0].data.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });

  it('of somebody else is for auditors, and not for members or strangers', async () => {
    const path = `/sessions/${id}/recording`;
    expect((await ask('GET', path, people.auditor)).status).toBe(200);
    expect((await ask('GET', path, people.member)).status).toBe(404);
    expect((await ask('GET', path, eve.token)).status).toBe(404);
    const own = await harness.ask('GET', `/api/v1/organizations/eve${path}`, { token: eve.token });
    expect(own.status).toBe(404);
  });

  it('is deleted by an admin, and by nobody else', async () => {
    const path = `/sessions/${id}/recording`;
    expect((await ask('DELETE', path, people.auditor)).status).toBe(403);
    expect((await harness.ask('DELETE', `/api/v1/organizations/eve${path}`, { token: eve.token })).status).toBe(404);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('GET', path)).json.error.message).toContain('no recording');
    expect((await newest()).recording).toBeNull();
    expect((await harness.database.run('SELECT FROM recording_chunks')).rowCount).toBe(0);
  });
});

describe('a running session', () => {
  it('is watched from the beginning and then live, by those who may; the session says by whom', async () => {
    const socket = await exec([size, said('before')]);
    const { id } = await newest();
    expect((await ask('GET', `/sessions/${id}/recording?follow=true`, people.member)).status).toBe(404);
    const watched = await follow(id, people.auditor);
    await until(() => watched.text().includes('"before"'));
    play(socket, [said('live')]);
    const from = performance.now();
    await until(() => watched.text().includes('"live"'));
    expect(performance.now() - from).toBeLessThan(2_000);
    expect((await newest()).viewers).toMatchObject([
      { user: { email: 'auditor@example.com' }, canType: false, leftAt: null },
    ]);
    play(socket, [exit]);
    atCluster.end();
    socket.end();
    await watched.ended;
    expect(lines(watched.text()).at(-1)).toEqual([expect.any(Number), 'x', '0']);
    await until(async () => (await newest()).viewers[0].leftAt !== null);
  });

  it('is no longer watched once the credential has ended', async () => {
    const socket = await exec([size, said('x')]);
    const { id } = await newest();
    const watched = await follow(id, people.auditor);
    await until(() => watched.text().includes('"x"'));
    await harness.database.run(
      "UPDATE api_tokens SET revoked_at = now() FROM users u WHERE u.id = user_id AND u.email = 'auditor@example.com'",
    );
    await watched.ended;
    socket.destroy();
  });

  it('is ended by an admin within a second, on whichever gateway; nobody else may', async () => {
    const socket = await exec([size]);
    const { id } = await newest();
    expect((await ask('POST', `/sessions/${id}/end`, people.member)).status).toBe(403);
    expect(
      (await harness.ask('POST', `/api/v1/organizations/eve/sessions/${id}/end`, { token: eve.token })).status,
    ).toBe(404);
    let said = '';
    socket.on('data', (part: Buffer) => {
      said += part.toString('latin1');
    });
    // As another gateway, which holds no session: it can only ask.
    const endings = new SessionEndings({
      database,
      lease: { id: '0190aaaa-0000-7000-8000-00000000ffff' },
      recorder: { end: () => false, sessionIds: [] },
      logger: pino({ level: 'silent' }),
    });
    const from = performance.now();
    await endings.end(
      { organizationId: ada.organizationId, sessionId: id },
      'This session was ended by ada@example.com.',
    );
    await once(socket, 'end');
    expect(performance.now() - from).toBeLessThan(1_000);
    expect(said).toContain('This session was ended by ada@example.com.');
    socket.end();
    await until(async () => (await newest()).endReason === 'This session was ended by ada@example.com.');
    const late = await ask('POST', `/sessions/${id}/end`);
    expect([late.status, late.json.error.message]).toEqual([409, 'This session has already ended.']);
  });

  it('is ended at once by the gateway that holds it', async () => {
    const socket = await exec([size]);
    const { id } = await newest();
    const ended = once(socket, 'end');
    expect((await ask('POST', `/sessions/${id}/end`)).status).toBe(204);
    await ended;
    socket.end();
  });
});

describe('the settings', () => {
  it('of a cluster decide what is recorded', async () => {
    expect((await clusters('ada', ada.token)).json.items[0].recording).toEqual({ mode: 'best-effort', input: false });
    const off = { mode: 'off', input: false };
    const reply = await ask('PATCH', '/clusters/prod', ada.token, { recording: off });
    expect(reply.json.recording).toEqual(off);
    const socket = await exec([size, said('x')]);
    const { id } = await newest();
    atCluster.end();
    socket.end();
    await until(async () => (await newest()).endedAt !== null);
    expect((await newest()).recording).toBeNull();
    expect((await ask('GET', `/sessions/${id}/recording`)).status).toBe(404);
    await ask('PATCH', '/clusters/prod', ada.token, { recording: { mode: 'best-effort', input: true } });
    const typed = await recorded([size, { side: 'up', channel: 'stdin', data: Buffer.from('ls\r') }]);
    expect(lines((await ask('GET', `/sessions/${typed.id}/recording`)).text)).toContainEqual([
      expect.any(Number),
      'i',
      'ls\r',
    ]);
  });

  it('of an organization decide when recordings are deleted, and those of no other', async () => {
    const { id } = await recorded([size, said('old')]);
    expect((await ask('GET', '/recording-settings')).json).toEqual({ retentionDays: 90 });
    expect((await ask('PATCH', '/recording-settings', people.member, { retentionDays: 30 })).status).toBe(403);
    expect((await ask('PATCH', '/recording-settings', ada.token, { retentionDays: 30 })).json).toEqual({
      retentionDays: 30,
    });
    const age = (days: number) =>
      harness.database.run(
        `UPDATE recordings SET started_at = now() - interval '${days} days' WHERE session_id = '${id}'`,
      );
    const rows = new RecordingRows(database);
    const logger = pino({ level: 'silent' });
    const retention = new Retention({ database, rows, stores: new RecordingStores(database, undefined), logger });
    await age(29);
    expect(await retention.sweep()).toBe(0);
    await age(31);
    expect(await retention.sweep()).toBe(1);
    expect((await ask('GET', `/sessions/${id}/recording`)).status).toBe(404);
    const { rowCount } = await harness.database.run(`SELECT FROM recording_chunks WHERE session_id = '${id}'`);
    expect(rowCount).toBe(0);
  });
});

it('a recording can be played as far as it was stored when its gateway stopped', async () => {
  const { id } = await recorded([size, said('kept')]);
  await harness.database.run(`UPDATE recordings SET ended_at = NULL WHERE session_id = '${id}'`);
  expect((await newest()).recording.isComplete).toBe(false);
  expect((await ask('GET', `/sessions/${id}/recording?follow=true`)).text).toContain('"kept');
});

/** Follows a running session. */
async function follow(id: string, token: string) {
  const request = httpsRequest({
    agent: false,
    ca: harness.caPem,
    host: 'localhost',
    port: harness.port,
    path: `/api/v1/organizations/ada/sessions/${id}/recording?follow=true`,
    headers: { authorization: `Bearer ${token}` },
  });
  request.on('error', () => {}).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response
    .on('error', () => {})
    .on('data', (part: Buffer) => {
      text += part.toString();
    });
  return { text: () => text, ended: new Promise<void>((resolve) => response.once('close', () => resolve())) };
}
