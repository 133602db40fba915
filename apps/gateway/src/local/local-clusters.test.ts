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
let sent: { name: string; organization: string; clusterId: string; joinToken: string }[];
let deleted: string[];
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
  sent = [];
  deleted = [];
});

function local(names: { demo: boolean; clusters: string[] } | null): LocalClusters {
  return new LocalClusters(
    {
      database,
      clusters,
      logger,
      tell: (message) => void (message.type === 'local-cluster' ? sent.push(message) : deleted.push(message.clusterId)),
    },
    { local: names },
  );
}
const organization = (slug: string) => database.acrossOrganizations.organization.create({ data: { name: slug, slug } });
const namesSent = () => sent.map(({ name, organization }) => `${organization}/${name}`);

describe('local clusters', () => {
  it('are created for each new organization, and their join tokens sent to the parent process', async () => {
    const acme = await organization('acme');
    await local({ demo: true, clusters: ['kind'] }).createFor(acme);
    expect(namesSent()).toEqual(['acme/demo', 'acme/kind']);
    expect(sent[0]?.joinToken).toMatch(/^postern_join_/);
    const rows = await database.scoped.cluster.findMany({
      where: { organizationId: acme.id },
      orderBy: { name: 'asc' },
    });
    expect(rows.map(({ id, name, demo }) => [id, name, demo])).toEqual([
      [sent[0]?.clusterId, 'demo', true],
      [sent[1]?.clusterId, 'kind', false],
    ]);
  });

  it("are created only for the first organization if they are the user's own", async () => {
    const machine = local({ demo: true, clusters: ['kind'] });
    await machine.createFor(await organization('first'));
    const second = await organization('second');
    await machine.createFor(second);
    expect(namesSent()).toEqual(['first/demo', 'first/kind', 'second/demo']);
    // Another cluster with the same name, which waits for its own agent, gets no local one.
    await clusters.create(second.id, { name: 'kind' });
    sent = [];
    await machine.resume();
    expect(namesSent().sort()).toEqual(['first/demo', 'first/kind', 'second/demo']);
  });

  it("leave alone somebody else's cluster with the same name", async () => {
    const acme = await organization('acme');
    await clusters.create(acme.id, { name: 'demo' });
    await local({ demo: true, clusters: [] }).resume();
    expect(sent).toEqual([]);
  });

  it('are not created outside npm start', async () => {
    await local(null).createFor(await organization('acme'));
    await local(null).resume();
    expect(sent).toEqual([]);
  });

  it('are created for the first organization at a start that requests them', async () => {
    await organization('first');
    await organization('second');
    await local({ demo: false, clusters: ['kind'] }).resume();
    expect(namesSent()).toEqual(['first/kind']);
  });

  it('get another join token until their agent has enrolled', async () => {
    const acme = await organization('acme');
    const machine = local({ demo: true, clusters: [] });
    await machine.createFor(acme);
    await machine.resume();
    expect(namesSent()).toEqual(['acme/demo', 'acme/demo']);
    expect(sent[1]?.joinToken).not.toBe(sent[0]?.joinToken);
    await server.run('UPDATE clusters SET key_registered_at = now()');
    await machine.resume();
    expect(sent).toHaveLength(2);
  });

  it('do not include a demo that somebody deleted', async () => {
    await local({ demo: true, clusters: [] }).createFor(await organization('acme'));
    await server.run('UPDATE clusters SET deleted_at = now(), key_registered_at = now()');
    await local({ demo: true, clusters: [] }).resume();
    expect(sent).toHaveLength(1);
    // The parent may have been away when it was deleted.
    expect(deleted).toEqual([sent[0]?.clusterId]);
  });
});
