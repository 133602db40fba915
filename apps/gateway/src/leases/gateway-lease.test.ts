import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentPresence } from '../clusters/agent-presence.ts';
import { ClusterChanges } from '../clusters/cluster-changes.ts';
import { Database } from '../database/database.ts';
import { SessionLog } from '../sessions/session-log.ts';
import { makeTenant, type TenantRows } from '../test/tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { GatewayLease } from './gateway-lease.ts';

let server: TestDatabase;
let database: Database;
let turn = 0;

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 10 });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

/** What a gateway writes of what it holds. It beats when a test says so. */
class Parts {
  readonly lease = new GatewayLease(database, pino({ level: 'silent' }), { beatMs: 3_600_000 });
  readonly changes = new ClusterChanges();
  readonly presence = new AgentPresence(database, this.lease, this.changes);
  readonly sessions = new SessionLog(database, this.lease);
  readonly changed: string[] = [];

  constructor() {
    this.changes.on('changed', ({ clusterId }) => this.changed.push(clusterId));
  }

  connect(tenant: TenantRows, epoch: bigint): Promise<void> {
    return this.presence.agentConnected({ ...tenant, epoch, version: '2', instance: 'pod-1' });
  }

  disconnect(tenant: TenantRows, epoch: bigint): Promise<void> {
    return this.presence.agentDisconnected({ ...tenant, epoch });
  }

  open({ organizationId, clusterId, userId }: TenantRows): Promise<string> {
    return this.sessions.start({
      organizationId,
      clusterId,
      userId,
      kind: 'exec',
      namespace: 'default',
      pod: 'web',
      container: null,
      command: ['sh'],
      clientAddress: '127.0.0.1',
      userAgent: 'kubectl',
    });
  }

  async stop(): Promise<void> {
    await this.presence.close();
    await this.lease.stop();
  }
}

const running: Parts[] = [];
async function startGateway(): Promise<Parts> {
  const gateway = new Parts();
  await gateway.lease.start();
  running.push(gateway);
  return gateway;
}
let first: Parts;
let ofFirst: TenantRows;
beforeEach(async () => {
  turn += 1;
  ofFirst = await makeTenant(database, `first-${turn}`);
  first = await startGateway();
});
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
});

/** As if the gateway had not been seen for so long. */
const silence = ({ lease }: Parts, seconds: number) =>
  server.run(`UPDATE gateways SET seen_at = now() - interval '${seconds} s' WHERE id = '${lease.id}'`);

const one = async (sql: string) => (await server.run(sql)).rows[0];
const cluster = ({ clusterId }: TenantRows) => one(`SELECT * FROM clusters WHERE id = '${clusterId}'`);
const session = (id: string) => one(`SELECT * FROM sessions WHERE id = '${id}'`);
const gatewayRow = (id: string) => one(`SELECT * FROM gateways WHERE id = '${id}'`);
const connections = async ({ clusterId }: TenantRows) =>
  (await server.run(`SELECT * FROM connections WHERE cluster_id = '${clusterId}' ORDER BY epoch`)).rows;

/** Everything that is written about a tenant. */
const all = async (tenant: TenantRows, id: string) => ({
  cluster: await cluster(tenant),
  session: await session(id),
  connections: await connections(tenant),
});

const stopped = 'The gateway stopped while the session was open.';

/** Holds the row of a cluster as another transaction would, until the end of `during`. */
async function whileLocked(
  { clusterId }: TenantRows,
  during: (waiting: (count: number) => Promise<void>) => Promise<void>,
) {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM clusters WHERE id = $1 FOR NO KEY UPDATE', [clusterId]);
  try {
    await during((count) =>
      vi.waitFor(async () => {
        const { rows } = await server.run(
          "SELECT FROM pg_stat_activity WHERE usename = 'postern_app' AND wait_event_type = 'Lock'",
        );
        expect(rows).toHaveLength(count);
      }),
    );
  } finally {
    await client.query('COMMIT');
    await client.end();
  }
}

describe('a gateway that starts', () => {
  it('changes nothing of one that runs', async () => {
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    const before = await all(ofFirst, id);
    expect(before).toMatchObject({
      session: { ended_at: null, gateway_id: first.lease.id },
      connections: [{ epoch: '1' }],
    });
    const second = await startGateway();
    await second.lease.beat();
    await second.stop();
    expect(await all(ofFirst, id)).toEqual(before);
    expect([first.changed, second.changed]).toEqual([[ofFirst.clusterId], []]);
  });

  it('changes nothing of one that is late, and ends what a dead one held', async () => {
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    await silence(first, 9);
    const before = await all(ofFirst, id);
    const second = await startGateway();
    expect(await all(ofFirst, id)).toEqual(before);
    const ofSecond = await makeTenant(database, `second-${turn}`);
    await second.connect(ofSecond, 2n);
    const idOfSecond = await second.open(ofSecond);
    const ofSecondBefore = await all(ofSecond, idOfSecond);
    await server.run(`UPDATE clusters SET last_seen_at = now() - interval '12 s' WHERE id = '${ofFirst.clusterId}';
      UPDATE sessions SET started_at = now() - interval '1 min' WHERE id = '${id}'`);
    await silence(first, 11);
    const { seen_at } = await gatewayRow(first.lease.id);
    await second.lease.beat();
    expect(await all(ofFirst, id)).toMatchObject({
      cluster: { offline_since: seen_at, last_seen_at: seen_at },
      session: { ended_at: seen_at, end_reason: stopped, gateway_id: null },
      connections: [],
    });
    expect(await gatewayRow(first.lease.id)).toBeUndefined();
    expect(await all(ofSecond, idOfSecond)).toEqual(ofSecondBefore);
    expect(second.changed).toEqual([ofSecond.clusterId, ofFirst.clusterId]);
  });
});

describe('a dead gateway', () => {
  it('leaves a cluster online that another gateway has a connection of', async () => {
    const second = await startGateway();
    await first.connect(ofFirst, 1n);
    await second.connect(ofFirst, 2n);
    const { connected_at } = await cluster(ofFirst);
    await silence(first, 11);
    await second.lease.beat();
    expect(await cluster(ofFirst)).toMatchObject({ offline_since: null, connected_at });
    expect(await connections(ofFirst)).toMatchObject([{ epoch: '2', gateway_id: second.lease.id }]);
  });

  it('takes a cluster offline no earlier than somebody else heard of it', async () => {
    const second = await startGateway();
    await first.connect(ofFirst, 1n);
    await second.connect(ofFirst, 2n);
    await second.disconnect(ofFirst, 2n);
    const { last_seen_at, offline_since } = await cluster(ofFirst);
    expect(offline_since).toBeNull();
    await silence(first, 11);
    await second.lease.beat();
    expect(await cluster(ofFirst)).toMatchObject({ offline_since: last_seen_at });
  });

  it('is cleaned once, by one of two that find it at the same time', async () => {
    const [second, third] = [await startGateway(), await startGateway()];
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    await silence(first, 11);
    let cleaning: Promise<void> | undefined;
    await whileLocked(ofFirst, async (waiting) => {
      cleaning = second.lease.beat();
      await waiting(1);
      // Passes it over and does not wait.
      await third.lease.beat();
      expect(await session(id)).toMatchObject({ ended_at: null });
    });
    await cleaning;
    expect([second.changed, third.changed]).toEqual([[ofFirst.clusterId], []]);
    expect(await all(ofFirst, id)).toMatchObject({ session: { end_reason: stopped }, connections: [] });
  });
});

describe('a gateway that was taken for dead', () => {
  let second: Parts;
  let id: string;
  let deadId: string;
  beforeEach(async () => {
    second = await startGateway();
    await first.connect(ofFirst, 5n);
    id = await first.open(ofFirst);
    deadId = first.lease.id;
    await silence(first, 11);
    await second.lease.beat();
    expect(await all(ofFirst, id)).toMatchObject({ session: { end_reason: stopped }, connections: [] });
  });

  const isBack = () =>
    vi.waitFor(async () =>
      expect(await all(ofFirst, id)).toMatchObject({
        cluster: { offline_since: null },
        session: { ended_at: null, end_reason: null, gateway_id: first.lease.id },
        connections: [{ epoch: '5', gateway_id: first.lease.id }],
      }),
    );

  it('takes a new id with its next beat and publishes what it holds again', async () => {
    await first.lease.beat();
    expect(first.lease.id).not.toBe(deadId);
    expect(await gatewayRow(first.lease.id)).toBeDefined();
    await isBack();
    await first.disconnect(ofFirst, 4n);
    expect(await cluster(ofFirst)).toMatchObject({ offline_since: null });
    await first.sessions.end(id, { reason: 'done', bytesUp: 3, bytesDown: 4 });
    expect(await session(id)).toMatchObject({ end_reason: 'done', bytes_up: '3', bytes_down: '4', gateway_id: null });
    await first.disconnect(ofFirst, 5n);
    expect((await cluster(ofFirst)).offline_since).not.toBeNull();
  });

  it('does so before its next beat when an agent connects', async () => {
    await first.connect(ofFirst, 6n);
    expect((await connections(ofFirst)).map(({ epoch }) => epoch)).toContain('6');
    await vi.waitFor(async () =>
      expect(await connections(ofFirst)).toMatchObject([{ epoch: '5' }, { epoch: '6', gateway_id: first.lease.id }]),
    );
    expect(first.lease.id).not.toBe(deadId);
  });

  it('does so before its next beat when a session begins', async () => {
    const next = await first.open(ofFirst);
    expect(await session(next)).toMatchObject({ ended_at: null, gateway_id: first.lease.id });
    expect(first.lease.id).not.toBe(deadId);
    await isBack();
  });

  it('takes one new id, whoever notices first', async () => {
    const many = await Promise.all([
      first.lease.beat(),
      first.open(ofFirst),
      first.open(ofFirst),
      first.connect(ofFirst, 6n),
    ]);
    await isBackWith(many);
    const { rows } = await server.run(`SELECT id FROM gateways WHERE id <> '${second.lease.id}'`);
    expect(rows).toEqual([{ id: first.lease.id }]);
  });
  const isBackWith = async ([, ...ids]: unknown[]) => {
    for (const one of ids.filter((each) => typeof each === 'string'))
      expect(await session(one)).toMatchObject({ ended_at: null, gateway_id: first.lease.id });
  };

  it('says how a session ended that another had to guess about', async () => {
    await first.sessions.end(id, { reason: 'done', bytesUp: 3, bytesDown: 4 });
    await first.lease.beat();
    await first.stop();
    expect(await session(id)).toMatchObject({ end_reason: 'done', bytes_up: '3', gateway_id: null });
  });

  it.each(['before', 'after'])('does not bring a connection back that ends just %s it publishes', async (when) => {
    await first.connect(ofFirst, 6n);
    const isLate = when === 'after';
    const ends = isLate ? undefined : first.disconnect(ofFirst, 5n);
    await server.run(
      `DELETE FROM connections WHERE gateway_id = '${first.lease.id}'; DELETE FROM sessions WHERE gateway_id = '${first.lease.id}'; DELETE FROM gateways WHERE id = '${first.lease.id}'`,
    );
    await first.lease.beat();
    await (ends ?? first.disconnect(ofFirst, 5n));
    // Behind everything else.
    await first.connect(ofFirst, 7n);
    expect((await connections(ofFirst)).map(({ epoch }) => epoch)).toEqual(['6', '7']);
  });
});

describe('a gateway that stops in order', () => {
  it('gives back what it holds, and nothing else', async () => {
    const second = await startGateway();
    const ofSecond = await makeTenant(database, `second-${turn}`);
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    await second.connect(ofSecond, 2n);
    const before = await all(ofSecond, await second.open(ofSecond));
    await first.stop();
    const after = await all(ofFirst, id);
    expect(after).toMatchObject({ session: { end_reason: stopped, gateway_id: null }, connections: [] });
    expect(after.cluster.offline_since.getTime()).toBeGreaterThanOrEqual(after.session.started_at.getTime());
    expect(await gatewayRow(first.lease.id)).toBeUndefined();
    expect(await all(ofSecond, before.session.id)).toEqual(before);
  });

  it('writes nothing afterwards', async () => {
    await first.connect(ofFirst, 1n);
    await first.stop();
    await first.connect(ofFirst, 2n);
    await first.disconnect(ofFirst, 1n);
    expect(await connections(ofFirst)).toEqual([]);
  });
});

it('keeps a cluster online when one connection ends while another is being added elsewhere', async () => {
  const second = await startGateway();
  await first.connect(ofFirst, 1n);
  const both: Promise<void>[] = [];
  await whileLocked(ofFirst, async (waiting) => {
    both.push(second.connect(ofFirst, 2n));
    await waiting(1);
    both.push(first.disconnect(ofFirst, 1n));
    await waiting(2);
  });
  await Promise.all(both);
  expect(await cluster(ofFirst)).toMatchObject({ offline_since: null });
  expect(await connections(ofFirst)).toMatchObject([{ epoch: '2' }]);
});

it('writes what came and went while the database was away when it is back', async () => {
  await first.connect(ofFirst, 1n);
  await first.connect(ofFirst, 2n);
  const id = await first.open(ofFirst);
  const other = await makeTenant(database, `other-${turn}`);
  await server.run(
    "ALTER ROLE postern_app CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postern_app'",
    'postgres',
  );
  // Connections that were cut are found out one by one.
  await vi.waitFor(() => expect(first.lease.beat()).rejects.toThrow(/too many|connection/i));
  await Promise.all([first.connect(other, 3n), first.disconnect(ofFirst, 2n)]);
  await server.run('ALTER ROLE postern_app CONNECTION LIMIT -1', 'postgres');
  await vi.waitFor(() => first.lease.beat());
  const before = first.lease.id;
  await first.connect(other, 4n);
  expect(await connections(other)).toMatchObject([{ epoch: '3', gateway_id: before }, { epoch: '4' }]);
  expect(await session(id)).toMatchObject({ ended_at: null, gateway_id: before });
  // What is left under the old id ends with that.
  expect(await connections(ofFirst)).toHaveLength(2);
  await server.run(`UPDATE gateways SET seen_at = now() - interval '11 s' WHERE id <> '${before}'`);
  await first.lease.beat();
  expect(await connections(ofFirst)).toMatchObject([{ epoch: '1' }]);
  expect(await cluster(ofFirst)).toMatchObject({ offline_since: null });
});
