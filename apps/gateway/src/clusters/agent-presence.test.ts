import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../database/database.ts';
import type { Principal } from '../identity/principal.ts';
import { GatewayLease } from '../leases/gateway-lease.ts';
import { makeTenant } from '../test/tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { AgentPresence } from './agent-presence.ts';
import { ClusterChanges } from './cluster-changes.ts';
import { ClusterDirectory } from './cluster-directory.ts';
import { ClusterList } from './cluster-list.ts';

let server: TestDatabase;
let database: Database;
let lease: GatewayLease;
let presence: AgentPresence;
let directory: ClusterDirectory;
let clusters: ClusterList;
let organizationId: string;
let clusterId: string;
let agentId: string;
let changes: string[];

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 5 });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

const newLease = () => new GatewayLease(database, pino({ level: 'silent' }), { beatMs: 3_600_000 });

let turn = 0;
beforeEach(async () => {
  turn += 1;
  ({ organizationId, clusterId, agentId } = await makeTenant(database, `o-${turn}`));
  const changed = new ClusterChanges();
  lease = newLease();
  await lease.start();
  presence = new AgentPresence(database, lease, changed);
  directory = new ClusterDirectory(database, changed);
  clusters = new ClusterList(database, { roundTrip: () => 1.5 });
  changes = [];
  changed.on('changed', (change) => changes.push(change.clusterId));
});
afterEach(async () => {
  await presence.close();
  await lease.stop();
});

const connection = (epoch: bigint) => ({ agentId, clusterId, organizationId, epoch });
const connect = (epoch: bigint) => presence.agentConnected({ ...connection(epoch), version: '2', instance: 'pod-1' });
const shown = async () => {
  const cluster = await clusters.get(organizationId, clusterId);
  if (cluster === null) throw new Error('the cluster is gone');
  return cluster;
};
const find = () => {
  const principal: Principal = {
    userId: 'u',
    username: 'ada@example.com',
    credential: { kind: 'api', id: 'c', clusterId: null, expiresAt: new Date(Date.now() + 60_000), scopes: null },
    memberships: [{ organizationId, slug: 'acme', role: 'member' }],
  };
  return directory.find(principal, 'acme', 'prod');
};

describe('the connections of agents', () => {
  it('take a cluster from pending to online to offline', async () => {
    expect((await shown()).status).toBe('pending');
    expect(await find()).toMatchObject({ everConnected: false });
    await connect(1n);
    expect(await shown()).toMatchObject({
      status: 'online',
      agent: { version: '2', instance: 'pod-1', roundTripMs: 1.5 },
      joining: { agentDialled: expect.any(String) },
    });
    expect(await find()).toMatchObject({ everConnected: true, offlineSince: null });
    await presence.agentDisconnected(connection(1n));
    const offline = await shown();
    expect(offline).toMatchObject({ status: 'offline', agent: { roundTripMs: null, connectedAt: null } });
    expect((await find())?.offlineSince?.toISOString()).toBe(offline.statusSince);
    expect(changes).toEqual([clusterId, clusterId]);
  });

  it('keep a cluster online while one of two is open, whichever ends first', async () => {
    for (const [first, second] of [
      [1n, 2n],
      [4n, 3n],
    ] as const) {
      await connect(first);
      const { statusSince } = await shown();
      await connect(second);
      expect(await shown()).toMatchObject({ status: 'online', statusSince });
      await presence.agentDisconnected(connection(first));
      expect((await shown()).status).toBe('online');
      await presence.agentDisconnected(connection(second));
      expect((await shown()).status).toBe('offline');
    }
  });

  it('are not affected by the end of an older one on another gateway', async () => {
    await connect(7n);
    const other = newLease();
    await other.start();
    await new AgentPresence(database, other, new ClusterChanges()).agentDisconnected(connection(5n));
    expect((await shown()).status).toBe('online');
    await other.stop();
  });

  it('of a gateway that is gone end when its lease expires', async () => {
    await connect(1n);
    await server.run(`UPDATE gateways SET seen_at = now() - interval '11 s' WHERE id = '${lease.id}'`);
    const next = newLease();
    await next.start();
    expect((await shown()).status).toBe('offline');
    await next.stop();
  });

  it('may open and end within one batch', async () => {
    await Promise.all([connect(1n), presence.agentDisconnected(connection(1n))]);
    expect(await shown()).toMatchObject({ status: 'offline', joining: { agentDialled: expect.any(String) } });
  });

  it('get increasing epochs', async () => {
    const epochs = await Promise.all(Array.from({ length: 20 }, () => presence.nextEpoch()));
    expect(new Set(epochs).size).toBe(20);
    expect(await presence.nextEpoch()).toBeGreaterThan(epochs.toSorted((a, b) => Number(b - a))[0] ?? 0n);
  });
});

describe('a thousand agents that connect at once', () => {
  const tables = ['connections', 'clusters', 'agents'];
  /** Records each statement that writes to one of the tables. */
  beforeAll(() =>
    server.run(`
      CREATE TABLE written (relation text, statement timestamptz);
      CREATE FUNCTION note_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        'BEGIN INSERT INTO written VALUES (TG_TABLE_NAME, statement_timestamp()); RETURN NULL; END';
      ${tables.map((table) => `CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON ${table} EXECUTE FUNCTION note_statement();`).join('')}`),
  );
  afterAll(() =>
    server.run(`${tables.map((table) => `DROP TRIGGER noted ON ${table};`).join('')}
      DROP FUNCTION note_statement; DROP TABLE written`),
  );

  /** The tables written by each statement since the last call. */
  const written = async (): Promise<string[][]> => {
    const { rows } = await server.run(
      'SELECT array_agg(DISTINCT relation ORDER BY relation) AS relations FROM written GROUP BY statement ORDER BY statement',
    );
    await server.run('TRUNCATE written');
    return rows.map(({ relations }) => relations);
  };
  const online = async () => {
    const { rows } = await server.run(
      `SELECT count(*)::int AS count FROM clusters k WHERE organization_id = '${organizationId}' AND connected_at IS NOT NULL
         AND offline_since IS NULL AND EXISTS (SELECT FROM connections c WHERE c.cluster_id = k.id)`,
    );
    return rows[0].count;
  };

  it('are written by one statement, and their end by another', async () => {
    const { rows } = await server.run(
      `WITH c AS (INSERT INTO clusters (id, organization_id, name)
         SELECT gen_random_uuid(), '${organizationId}', 'c' || n FROM generate_series(1, 1000) n RETURNING id, organization_id)
       INSERT INTO agents (id, organization_id, cluster_id, public_key, version, instance, location)
         SELECT gen_random_uuid(), organization_id, id, 'PEM', '1', 'i', 'outside' FROM c
       RETURNING id AS "agentId", organization_id AS "organizationId", cluster_id AS "clusterId"`,
    );
    const connections = rows.map((row, index) => ({ ...row, epoch: BigInt(index + 1), version: '2', instance: 'pod' }));
    await written();
    await Promise.all(connections.map((one) => presence.agentConnected(one)));
    expect(await written()).toEqual([['agents', 'clusters', 'connections']]);
    expect(await online()).toBe(1_000);
    expect(changes).toHaveLength(1_000);
    await Promise.all(connections.map((one) => presence.agentDisconnected(one)));
    expect(await written()).toEqual([['clusters', 'connections']]);
    expect(await online()).toBe(0);
  });
});

describe('an agent', () => {
  it('is known by its id and its cluster, until it is revoked', async () => {
    expect(await presence.agentKey(agentId, clusterId)).toEqual({ publicKeyPem: 'PEM', organizationId });
    expect(await presence.agentKey(agentId, organizationId)).toBeNull();
    expect(await presence.agentKey(clusterId, agentId)).toBeNull();
    for (const hostile of ['', 'x', "' OR 1=1 --", agentId.toUpperCase(), `${agentId}\0`])
      expect(await presence.agentKey(hostile, clusterId)).toBeNull();
    await database.scoped.agent.updateMany({ where: { id: agentId, organizationId }, data: { revokedAt: new Date() } });
    expect(await presence.agentKey(agentId, clusterId)).toBeNull();
  });

  it('is not known for a cluster that was deleted', async () => {
    await database.scoped.cluster.updateMany({
      where: { id: clusterId, organizationId },
      data: { deletedAt: new Date() },
    });
    expect(await presence.agentKey(agentId, clusterId)).toBeNull();
  });

  it('reports what it found, and its problem until a report has none', async () => {
    const report = { agentVersion: '3', instance: 'pod-2', location: 'in-cluster' as const };
    const kubernetes = { version: 'v1.34.0', platform: 'linux/amd64', nodes: { total: 3, ready: 2 } };
    const capabilities = { impersonate: true, listNodes: true, bindings: 'present' as const, metricsApi: false };
    const problem = { code: 'no-impersonation', message: 'The agent may not impersonate.' };
    const from = { clusterId, organizationId, agentId };
    await presence.agentReported({ ...from, report: { ...report, problem } });
    expect(await shown()).toMatchObject({ problem, kubernetes: null, joining: { permissionsChecked: null } });
    await presence.agentReported({ ...from, report: { ...report, kubernetes, capabilities } });
    expect(await shown()).toMatchObject({
      problem: null,
      kubernetes,
      capabilities,
      agent: { version: '3', location: 'in-cluster' },
    });
    const { permissionsChecked } = (await shown()).joining;
    expect(permissionsChecked).not.toBeNull();
    await presence.agentReported({ ...from, report: { ...report, capabilities } });
    expect((await shown()).joining.permissionsChecked).toBe(permissionsChecked);
  });

  it('of another organization changes nothing in this one', async () => {
    const { id: foreign } = await database.acrossOrganizations.organization.create({
      data: { name: 'x', slug: `x-${turn}` },
    });
    const stranger = { ...connection(9n), organizationId: foreign, version: '9', instance: 'evil' };
    await presence.agentConnected(stranger);
    expect((await shown()).status).toBe('pending');
    await connect(10n);
    await presence.agentDisconnected({ ...connection(10n), organizationId: foreign });
    expect(await shown()).toMatchObject({ status: 'online', agent: { version: '2' } });
  });

  it('changes nothing in another cluster of its organization', async () => {
    const { id } = await database.scoped.cluster.create({ data: { organizationId, name: 'dev' } });
    await presence.agentConnected({ ...connection(9n), clusterId: id, version: '9', instance: 'evil' });
    expect((await clusters.get(organizationId, id))?.status).toBe('pending');
    expect(await shown()).toMatchObject({ status: 'pending', agent: { version: '1' } });
  });
});
