import { type ChildProcess, fork } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { freePort } from '@postern/testkit';
import { type IncomingRequest, TunnelDialer, webSocketClientOptions } from '@postern/tunnel';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  type GatewayClient,
  type GatewayHarness,
  gatewayClient,
  type Person,
  startGatewayHarness,
} from '../test/gateway-harness.ts';

const program = new URL('../main.ts', import.meta.url);
/** Runs the program from its sources, without a build. */
const typescript = new URL('../../../../scripts/typescript.mjs', import.meta.url);

let harness: GatewayHarness;
let ada: Person;
let https: Agent;
const children: ChildProcess[] = [];
const dialers: TunnelDialer[] = [];
const sockets: Duplex[] = [];

beforeAll(async () => {
  harness = await startGatewayHarness();
  https = new Agent({ ca: harness.caPem, keepAlive: true });
  ada = await harness.signUp('ada');
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const child of children) child.kill('SIGKILL');
  https.destroy();
  await Promise.all(dialers.map((dialer) => dialer.stop()));
  await harness.stop();
});

interface Another extends GatewayClient {
  port: number;
  child: ChildProcess;
}

/** Starts a second gateway on the database of the harness, in its own process. */
async function startAnother(): Promise<Another> {
  const port = await freePort();
  const child = fork(program, {
    execArgv: ['--conditions=@postern/source', '--import', typescript.href],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...harness.environment,
      POSTERN_PUBLIC_URL: `https://localhost:${port}`,
      POSTERN_PORT: String(port),
    },
  });
  children.push(child);
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the gateway ended with code ${code}`)));
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return { port, child, ...gatewayClient(port, https) };
}

/** A cluster whose agent is connected to this gateway and echoes what it is sent. */
async function connect(gateway: GatewayClient, name: string): Promise<string> {
  const { cluster, joining } = await gateway.createCluster(ada, name);
  const { agentId, tunnelUrls, privateKeyPem } = await gateway.enroll(joining.joinToken);
  const dialer = new TunnelDialer({
    urls: tunnelUrls,
    agentId,
    clusterId: cluster.id,
    instance: 'test',
    version: '0.1.0',
    privateKey: createPrivateKey(privateKeyPem),
    createWebSocket: (url, protocols) =>
      new WebSocket(url, protocols, { ...webSocketClientOptions, ca: harness.caPem }),
  });
  dialer.on('connected', (tunnel) =>
    tunnel.on('request', ({ stream, respond }: IncomingRequest) => {
      respond({
        status: 101,
        headers: [
          ['connection', 'Upgrade'],
          ['upgrade', 'SPDY/3.1'],
        ],
      });
      stream.pipe(stream);
    }),
  );
  dialers.push(dialer);
  dialer.start();
  await vi.waitFor(async () => expect(await show(gateway, name)).toMatchObject({ status: 'online' }), 10_000);
  return cluster.id;
}

/** Opens a recorded session. @returns the connection, which echoes. */
async function exec(port: number, name: string): Promise<Duplex> {
  const request = httpsRequest({
    agent: false,
    ca: harness.caPem,
    host: 'localhost',
    port,
    method: 'POST',
    path: `/k8s/ada/${name}/api/v1/namespaces/default/pods/web/exec?command=cat&stdin=true&stdout=true`,
    headers: { authorization: `Bearer ${ada.token}`, connection: 'Upgrade', upgrade: 'SPDY/3.1' },
  });
  request.end();
  const [, socket] = (await once(request, 'upgrade')) as [unknown, Duplex];
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

async function echo(socket: Duplex, text: string): Promise<string> {
  socket.write(text);
  return String((await once(socket, 'data'))[0]);
}

const show = async (gateway: GatewayClient, name: string) =>
  (await gateway.ask('GET', `/api/v1/organizations/ada/clusters/${name}`, { token: ada.token })).json;
const sessionOf = async (gateway: GatewayClient, clusterId: string) =>
  (await gateway.ask('GET', `/api/v1/organizations/ada/sessions?cluster=${clusterId}`, { token: ada.token })).json
    .items[0];

/** From now on keeps the old version of every row that is updated or deleted. */
const keepChanges = () =>
  harness.database.run(`
    CREATE TABLE changed (row jsonb);
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      'BEGIN INSERT INTO changed VALUES (to_jsonb(OLD)); RETURN NULL; END';
    ${['clusters', 'sessions', 'connections'].map((table) => `CREATE TRIGGER noted AFTER UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION note_change();`).join('')}`);
const changesOf = async (clusterId: string) =>
  (await harness.database.run(`SELECT row FROM changed WHERE '${clusterId}' IN (row->>'id', row->>'cluster_id')`)).rows;
const gatewayCount = async () => (await harness.database.run('SELECT FROM gateways')).rowCount;

describe('two gateways on one database', { timeout: 90_000 }, () => {
  let one: string;
  let sessionOne: Duplex;
  let before: unknown;
  beforeAll(async () => {
    one = await connect(harness, 'one');
    sessionOne = await exec(harness.port, 'one');
    expect(await echo(sessionOne, 'hello')).toBe('hello');
    await vi.waitFor(
      async () => expect((await show(harness, 'one')).joining.firstRequestServed).not.toBeNull(),
      10_000,
    );
    before = await sessionOf(harness, one);
    await keepChanges();
  });
  afterEach(async () => {
    expect(await show(harness, 'one')).toMatchObject({ status: 'online' });
    expect(await sessionOf(harness, one)).toEqual(before);
    expect(await echo(sessionOne, 'still here')).toBe('still here');
    expect(await changesOf(one)).toEqual([]);
    expect(await gatewayCount()).toBe(1);
  });

  it('one is killed: within 15 s what it held has ended, and nothing else', async () => {
    const another = await startAnother();
    const two = await connect(another, 'two');
    expect(await echo(await exec(another.port, 'two'), 'hello')).toBe('hello');
    for (const gateway of [harness, another]) {
      expect([(await show(gateway, 'one')).status, (await show(gateway, 'two')).status]).toEqual(['online', 'online']);
      expect(await sessionOf(gateway, two)).toMatchObject({ endedAt: null });
    }
    another.child.kill('SIGKILL');
    await vi.waitFor(
      async () => {
        expect(await show(harness, 'two')).toMatchObject({ status: 'offline' });
        expect(await sessionOf(harness, two)).toMatchObject({
          endedAt: expect.any(String),
          endReason: 'The gateway stopped while the session was open.',
        });
      },
      { timeout: 15_000, interval: 250 },
    );
  });

  it('one shuts down cleanly: what it held has ended when it exits, and nothing else', async () => {
    const another = await startAnother();
    const three = await connect(another, 'three');
    expect(await echo(await exec(another.port, 'three'), 'hello')).toBe('hello');
    another.child.kill('SIGTERM');
    expect(await once(another.child, 'exit')).toEqual([0, null]);
    expect(await show(harness, 'three')).toMatchObject({ status: 'offline' });
    expect(await sessionOf(harness, three)).toMatchObject({
      endedAt: expect.any(String),
      endReason: expect.not.stringContaining('The gateway stopped'),
      bytesUp: 5,
      bytesDown: 5,
    });
  });
});
