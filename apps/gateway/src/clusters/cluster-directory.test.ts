import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../database/database.ts';
import type { Principal } from '../identity/principal.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { ClusterDirectory } from './cluster-directory.ts';

let server: TestDatabase;
let database: Database;
let directory: ClusterDirectory;
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

let turn = 0;
beforeEach(async () => {
  turn += 1;
  const { scoped } = database;
  organizationId = (await scoped.organization.create({ data: { name: 'o', slug: `o-${turn}` } })).id;
  clusterId = (await scoped.cluster.create({ data: { organizationId, name: 'prod' } })).id;
  const agent = { organizationId, clusterId, publicKey: 'PEM', version: '1', instance: 'i', location: 'outside' };
  agentId = (await scoped.agent.create({ data: agent })).id;
  directory = new ClusterDirectory(database, { roundTrip: () => 1.5 });
  changes = [];
  directory.changes.on('changed', (change) => changes.push(change.clusterId));
});

const connection = (epoch: bigint) => ({ agentId, clusterId, organizationId, epoch });
const connect = (epoch: bigint) => directory.agentConnected({ ...connection(epoch), version: '2', instance: 'pod-1' });
const shown = async () => {
  const cluster = await directory.get(organizationId, clusterId);
  if (cluster === null) throw new Error('the cluster is gone');
  return cluster;
};
const principal = (clusterOfCredential: string | null = null): Principal => ({
  userId: 'u',
  email: 'ada@example.com',
  credential: { kind: 'api', id: 'c', clusterId: clusterOfCredential, expiresAt: new Date(Date.now() + 60_000) },
  memberships: [{ organizationId, slug: 'acme', role: 'member' }],
});

describe('finding a cluster', () => {
  it('answers a member, with the level of their role', async () => {
    expect(await directory.find(principal(), 'acme', 'prod')).toEqual({
      id: clusterId,
      organizationId,
      organizationSlug: 'acme',
      name: 'prod',
      level: 'viewer',
      offlineSince: null,
      everConnected: false,
    });
  });

  it.each([
    ['another organization', 'other', 'prod'],
    ['another name', 'acme', 'dev'],
    ['another spelling', 'acme', 'PROD'],
    ['a prototype', '__proto__', 'constructor'],
    ['a pattern', 'acme', 'pro%'],
    ['a text far too long', 'acme', 'p'.repeat(100_000)],
  ])('answers null for %s', async (_, organization, name) => {
    expect(await directory.find(principal(), organization, name)).toBeNull();
  });

  it('answers null for a credential of another cluster', async () => {
    const { id } = await database.scoped.cluster.create({ data: { organizationId, name: 'dev' } });
    expect(await directory.find(principal(id), 'acme', 'prod')).toBeNull();
    expect(await directory.find(principal(id), 'acme', 'dev')).toMatchObject({ id });
  });

  it('sees at once what changed in this process', async () => {
    expect(await directory.find(principal(), 'acme', 'prod')).toMatchObject({ everConnected: false });
    await connect(1n);
    expect(await directory.find(principal(), 'acme', 'prod')).toMatchObject({
      everConnected: true,
      offlineSince: null,
    });
  });
});

describe('the connections of agents', () => {
  it('take a cluster from pending to online to offline', async () => {
    expect((await shown()).status).toBe('pending');
    await connect(1n);
    expect(await shown()).toMatchObject({
      status: 'online',
      agent: { version: '2', instance: 'pod-1', roundTripMs: 1.5 },
      joining: { agentDialled: expect.any(String) },
    });
    await directory.agentDisconnected(connection(1n));
    const offline = await shown();
    expect(offline).toMatchObject({ status: 'offline', agent: { roundTripMs: null, connectedAt: null } });
    expect((await directory.find(principal(), 'acme', 'prod'))?.offlineSince?.toISOString()).toBe(offline.statusSince);
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
      await directory.agentDisconnected(connection(first));
      expect((await shown()).status).toBe('online');
      await directory.agentDisconnected(connection(second));
      expect((await shown()).status).toBe('offline');
    }
  });

  it('are not undone by the end of an older one that another gateway held', async () => {
    await connect(7n);
    const other = new ClusterDirectory(database, { roundTrip: () => null });
    await other.agentDisconnected(connection(5n));
    expect((await shown()).status).toBe('online');
  });

  it('of a gateway that is gone are over at the next start', async () => {
    await connect(1n);
    await new ClusterDirectory(database, { roundTrip: () => null }).markAllOffline();
    expect((await shown()).status).toBe('offline');
  });

  it('get epochs that only rise', async () => {
    const epochs = await Promise.all(Array.from({ length: 20 }, () => directory.nextEpoch()));
    expect(new Set(epochs).size).toBe(20);
    expect(await directory.nextEpoch()).toBeGreaterThan(epochs.toSorted((a, b) => Number(b - a))[0] ?? 0n);
  });
});

describe('an agent', () => {
  it('is known by its id and its cluster, until it is revoked', async () => {
    expect(await directory.agentKey(agentId, clusterId)).toEqual({ publicKeyPem: 'PEM', organizationId });
    expect(await directory.agentKey(agentId, organizationId)).toBeNull();
    expect(await directory.agentKey(clusterId, agentId)).toBeNull();
    for (const hostile of ['', 'x', "' OR 1=1 --", agentId.toUpperCase(), `${agentId}\0`])
      expect(await directory.agentKey(hostile, clusterId)).toBeNull();
    await database.scoped.agent.updateMany({ where: { id: agentId, organizationId }, data: { revokedAt: new Date() } });
    expect(await directory.agentKey(agentId, clusterId)).toBeNull();
  });

  it('is not known for a cluster that was deleted', async () => {
    await database.scoped.cluster.updateMany({
      where: { id: clusterId, organizationId },
      data: { deletedAt: new Date() },
    });
    expect(await directory.agentKey(agentId, clusterId)).toBeNull();
  });

  it('tells what it found, and its problem goes when it says so no more', async () => {
    const report = { agentVersion: '3', instance: 'pod-2', location: 'in-cluster' as const };
    const kubernetes = { version: 'v1.34.0', platform: 'linux/amd64', nodes: { total: 3, ready: 2 } };
    const capabilities = { impersonate: true, listNodes: true, bindings: 'present' as const, metricsApi: false };
    const problem = { code: 'no-impersonation', message: 'The agent may not impersonate.' };
    const from = { clusterId, organizationId, agentId };
    await directory.agentReported({ ...from, report: { ...report, problem } });
    expect(await shown()).toMatchObject({ problem, kubernetes: null, joining: { permissionsChecked: null } });
    await directory.agentReported({ ...from, report: { ...report, kubernetes, capabilities } });
    expect(await shown()).toMatchObject({
      problem: null,
      kubernetes,
      capabilities,
      agent: { version: '3', location: 'in-cluster' },
    });
    const { permissionsChecked } = (await shown()).joining;
    expect(permissionsChecked).not.toBeNull();
    await directory.agentReported({ ...from, report: { ...report, capabilities } });
    expect((await shown()).joining.permissionsChecked).toBe(permissionsChecked);
  });

  it('of another organization changes nothing here', async () => {
    const { id: foreign } = await database.scoped.organization.create({ data: { name: 'x', slug: `x-${turn}` } });
    await directory.agentConnected({ ...connection(9n), organizationId: foreign, version: '9', instance: 'evil' });
    expect((await shown()).status).toBe('pending');
  });
});

it('notes the first request once', async () => {
  await directory.firstRequestServed(clusterId);
  const { firstRequestServed } = (await shown()).joining;
  expect(firstRequestServed).not.toBeNull();
  await directory.firstRequestServed(clusterId);
  expect((await shown()).joining.firstRequestServed).toBe(firstRequestServed);
  expect(changes).toEqual([clusterId]);
});
