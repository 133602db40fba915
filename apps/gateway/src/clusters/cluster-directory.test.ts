import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../database/database.ts';
import type { Principal } from '../identity/principal.ts';
import { makeTenant } from '../test/tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { ClusterChanges } from './cluster-changes.ts';
import { ClusterDirectory } from './cluster-directory.ts';
import { ClusterList } from './cluster-list.ts';

let server: TestDatabase;
let database: Database;
let changes: ClusterChanges;
let directory: ClusterDirectory;
let organizationId: string;
let clusterId: string;

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 5 });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

afterEach(() => void vi.restoreAllMocks());

let turn = 0;
beforeEach(async () => {
  turn += 1;
  ({ organizationId, clusterId } = await makeTenant(database, `o-${turn}`));
  changes = new ClusterChanges();
  directory = new ClusterDirectory(database, changes);
});

const principal = (clusterOfCredential: string | null = null): Principal => ({
  userId: 'u',
  username: 'ada@example.com',
  credential: {
    kind: 'api',
    id: 'c',
    clusterId: clusterOfCredential,
    expiresAt: new Date(Date.now() + 60_000),
    scopes: null,
  },
  memberships: [{ organizationId, slug: 'acme', role: 'member' }],
});

describe('finding a cluster', () => {
  it('returns it to a member, with its labels', async () => {
    expect(await directory.find(principal(), 'acme', 'prod')).toEqual({
      id: clusterId,
      organizationId,
      organizationSlug: 'acme',
      name: 'prod',
      labels: {},
      allowedGroups: [],
      auditMode: 'fail-open',
      offlineSince: null,
      everConnected: false,
      recording: { mode: 'best-effort', input: false },
    });
  });

  it.each([
    ['another organization', 'other', 'prod'],
    ['another name', 'acme', 'dev'],
    ['another spelling', 'acme', 'PROD'],
    ['a prototype', '__proto__', 'constructor'],
    ['a pattern', 'acme', 'pro%'],
    ['a name that is far too long', 'acme', 'p'.repeat(100_000)],
  ])('returns null for %s', async (_, organization, name) => {
    expect(await directory.find(principal(), organization, name)).toBeNull();
  });

  it('returns null for a credential of another cluster', async () => {
    const { id } = await database.scoped.cluster.create({ data: { organizationId, name: 'dev' } });
    expect(await directory.find(principal(id), 'acme', 'prod')).toBeNull();
    expect(await directory.find(principal(id), 'acme', 'dev')).toMatchObject({ id });
  });

  it.each([
    ['by name', () => directory.find(principal(), 'acme', 'prod')],
    ['by a credential for one cluster', () => directory.findOnly(principal(clusterId))],
  ])('is cached (%s), but sees changes made by this process at once', async (_, find) => {
    expect(await find()).toMatchObject({ everConnected: false });
    const where = { id: clusterId, organizationId };
    await database.scoped.cluster.updateMany({ where, data: { connectedAt: new Date() } });
    expect(await find()).toMatchObject({ everConnected: false });
    changes.emit('changed', { organizationId, clusterId });
    expect(await find()).toMatchObject({ everConnected: true });
    await database.scoped.cluster.updateMany({ where, data: { deletedAt: new Date() } });
    changes.emit('deleted', { organizationId, clusterId });
    expect(await find()).toBeNull();
  });

  it.each([
    ['by name', () => directory.find(principal(), 'acme', 'prod')],
    ['by a credential for one cluster', () => directory.findOnly(principal(clusterId))],
  ])('renews a cached row in use (%s) without making anyone wait', async (_, find) => {
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
    await find();
    const where = { id: clusterId, organizationId };
    await database.scoped.cluster.updateMany({ where, data: { connectedAt: new Date() } });
    // In the second half of the 2 s for which a look-up is cached; it never ends here.
    clock.mockReturnValue(now + 1_200);
    expect(await find()).toMatchObject({ everConnected: false });
    await vi.waitFor(async () => expect(await find()).toMatchObject({ everConnected: true }), 10_000);
  });

  it('finds a new cluster with the name of a deleted one', async () => {
    expect(await directory.find(principal(), 'acme', 'prod')).toMatchObject({ id: clusterId });
    const where = { id: clusterId, organizationId };
    await database.scoped.cluster.updateMany({ where, data: { deletedAt: new Date() } });
    changes.emit('deleted', { organizationId, clusterId });
    const { id } = await database.scoped.cluster.create({ data: { organizationId, name: 'prod' } });
    expect(await directory.find(principal(), 'acme', 'prod')).toMatchObject({ id });
  });
});

it('records the first request once', async () => {
  const clusters = new ClusterList(database, { roundTrip: () => null });
  const changed: string[] = [];
  changes.on('changed', (change) => changed.push(change.clusterId));
  const noted = async () => (await clusters.get(organizationId, clusterId))?.joining.firstRequestServed ?? null;
  await directory.firstRequestServed(clusterId);
  const firstRequestServed = await noted();
  expect(firstRequestServed).not.toBeNull();
  await directory.firstRequestServed(clusterId);
  expect(await noted()).toBe(firstRequestServed);
  expect(changed).toEqual([clusterId]);
});
