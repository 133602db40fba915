import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClusterChanges } from '../clusters/cluster-changes.ts';
import { Clusters } from '../clusters/clusters.ts';
import type { Config } from '../config.ts';
import { Database } from '../database/database.ts';
import { Credentials } from '../identity/credentials.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { LocalClusters } from './local-clusters.ts';

let server: TestDatabase;
let database: Database;
let clusters: Clusters;
let said: { name: string; organization: string; clusterId: string; joinToken: string }[];
const logger = pino({ level: 'silent' });

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 5 });
  clusters = new Clusters({
    database,
    changes: new ClusterChanges(),
    tunnels: { disconnect: () => {} },
    credentials: new Credentials(database, logger),
    limits: new Limits(defaultLimits),
    config: {
      publicOrigin: 'https://localhost',
      ca: null,
      tls: undefined,
      local: null,
      joinTokenMs: 60_000,
    } as unknown as Config,
  });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(async () => {
  await server.run('TRUNCATE organizations, users CASCADE');
  said = [];
});

function local(names: { demo: boolean; clusters: string[] } | null): LocalClusters {
  return new LocalClusters(
    { database, clusters, logger, tell: (message) => void said.push(message) },
    { local: names },
  );
}
const organization = (slug: string) => database.scoped.organization.create({ data: { name: slug, slug } });
const namesSaid = () => said.map(({ name, organization }) => `${organization}/${name}`);

describe('clusters of this machine', () => {
  it('are made for each new organization, and their tokens told to the parent only', async () => {
    const acme = await organization('acme');
    await local({ demo: true, clusters: ['kind'] }).createFor(acme);
    expect(namesSaid()).toEqual(['acme/demo', 'acme/kind']);
    expect(said[0]?.joinToken).toMatch(/^postern_join_/);
    const rows = await database.scoped.cluster.findMany({
      where: { organizationId: acme.id },
      orderBy: { name: 'asc' },
    });
    expect(rows.map(({ id, name, demo }) => [id, name, demo])).toEqual([
      [said[0]?.clusterId, 'demo', true],
      [said[1]?.clusterId, 'kind', false],
    ]);
  });

  it('are for the first organization alone where they are the user’s own', async () => {
    const machine = local({ demo: true, clusters: ['kind'] });
    await machine.createFor(await organization('first'));
    const second = await organization('second');
    await machine.createFor(second);
    expect(namesSaid()).toEqual(['first/demo', 'first/kind', 'second/demo']);
    // One of the same name that waits for its own agent does not get this machine's.
    await clusters.create(second.id, { name: 'kind' });
    said = [];
    await machine.resume();
    expect(namesSaid().sort()).toEqual(['first/demo', 'first/kind', 'second/demo']);
  });

  it('leave alone what somebody else named so', async () => {
    const acme = await organization('acme');
    await clusters.create(acme.id, { name: 'demo' });
    await local({ demo: true, clusters: [] }).resume();
    expect(said).toEqual([]);
  });

  it('are none where the gateway does not run alone', async () => {
    await local(null).createFor(await organization('acme'));
    await local(null).resume();
    expect(said).toEqual([]);
  });

  it('come to the first organization at a start that asks for them', async () => {
    await organization('first');
    await organization('second');
    await local({ demo: false, clusters: ['kind'] }).resume();
    expect(namesSaid()).toEqual(['first/kind']);
  });

  it('get another token while their agent has not enrolled, and none afterwards', async () => {
    const acme = await organization('acme');
    const machine = local({ demo: true, clusters: [] });
    await machine.createFor(acme);
    await machine.resume();
    expect(namesSaid()).toEqual(['acme/demo', 'acme/demo']);
    expect(said[1]?.joinToken).not.toBe(said[0]?.joinToken);
    await server.run('UPDATE clusters SET key_registered_at = now()');
    await machine.resume();
    expect(said).toHaveLength(2);
  });

  it('stay away when somebody deleted the demo', async () => {
    await local({ demo: true, clusters: [] }).createFor(await organization('acme'));
    await server.run('UPDATE clusters SET deleted_at = now(), key_registered_at = now()');
    await local({ demo: true, clusters: [] }).resume();
    expect(said).toHaveLength(1);
  });
});
