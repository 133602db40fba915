import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayLease } from '../leases/gateway-lease.ts';
import { SessionList } from '../sessions/session-list.ts';
import { SessionLog, type SessionStart } from '../sessions/session-log.ts';
import { SessionViewers } from '../sessions/session-viewers.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { Database, isDuplicate, isUnreachable } from './database.ts';
import { MissingOrganizationError } from './tenant-scope.ts';

let server: TestDatabase;
let database: Database;
let one: string;
let two: string;

/** The schema of a database: one line for each column, constraint, index and enum value. */
async function catalogue(name: string): Promise<string[]> {
  const { rows } = await server.run(
    `SELECT concat_ws(' ', 'column', table_name, column_name, udt_name, is_nullable, column_default) AS line
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
     UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '_prisma_migrations'
     UNION ALL SELECT concat_ws(' ', 'index', indexname, indexdef)
       FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
     UNION ALL SELECT concat_ws(' ', 'value', enumtypid::regtype, enumlabel) FROM pg_enum`,
    name,
  );
  return rows.map(({ line }) => line as string);
}

beforeAll(async () => {
  server = await startTestDatabase({ migrated: false });
  // Like the product does at startup.
  expect(await prisma(/successfully applied/, 'migrate', 'deploy')).toContain('successfully applied');
  database = new Database({ url: server.appUrl, connections: 5 });
  const make = async (slug: string) =>
    (await database.acrossOrganizations.organization.create({ data: { name: slug, slug } })).id;
  [one, two] = [await make('one'), await make('two')];
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

/** The output of Prisma's CLI up to `last`: afterwards it only waits ten seconds for the timer of its own lock. */
async function prisma(last: RegExp, ...args: string[]): Promise<string> {
  const app = resolve(import.meta.dirname, '../..');
  const program = createRequire(resolve(app, 'package.json')).resolve('prisma/build/index.js');
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', POSTERN_MIGRATION_URL: server.ownerUrl };
  const child = spawn(process.execPath, [program, ...args], { cwd: app, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    printed += text;
    if (last.test(printed)) child.kill('SIGKILL');
  }
  return printed;
}

it('has after its migrations what the schema describes, and the indexes and checks that it cannot describe', async () => {
  const schema = '--to-schema-datamodel=../../prisma/schema.prisma';
  const script = await prisma(
    /audit_webhooks_organization_id_fkey.*;/,
    'migrate',
    'diff',
    '--from-empty',
    schema,
    '--script',
  );
  await server.run('CREATE DATABASE reference');
  await server.run(script, 'reference');
  const [migrated, wanted] = [await catalogue('postern'), await catalogue('reference')];
  expect(wanted.length).toBeGreaterThan(100);
  expect(wanted.filter((line) => !migrated.includes(line))).toEqual([]);
  const more = migrated.filter((line) => !wanted.includes(line)).map((line) => line.split(' '));
  const names = more.map(([kind, name, constraint]) => (kind === 'constraint' ? constraint : name));
  expect(names.toSorted()).toEqual([
    'agents_active_key',
    'audit_events_actor_idx',
    'audit_events_cluster_idx',
    'audit_heads_retention_days_check',
    'bindings_cluster_check',
    'bindings_level_check',
    'bindings_subject_check',
    'clusters_name_key',
    'invitations_open_key',
    'service_accounts_name_key',
    'sessions_open_idx',
    'users_email_check',
    'users_password_check',
  ]);
}, 60_000);

describe('a query of tenant rows', () => {
  const client = () => database.scoped;
  const undefinedId = undefined as unknown as string;

  it.each<[string, () => Promise<unknown>]>([
    ['findMany without a filter', () => client().cluster.findMany()],
    ['findMany with an undefined filter', () => client().cluster.findMany({ where: { organizationId: undefinedId } })],
    ['findMany with an operator', () => client().cluster.findMany({ where: { organizationId: { not: '' } } })],
    [
      'findMany with the filter deeper down',
      () => client().cluster.findMany({ where: { OR: [{ organizationId: one }] } }),
    ],
    ['findFirst', () => client().session.findFirst({ where: { pod: 'x' } })],
    ['findUnique', () => client().apiToken.findUnique({ where: { id: one } })],
    ['findUniqueOrThrow', () => client().agent.findUniqueOrThrow({ where: { id: one } })],
    ['count', () => client().membership.count()],
    ['aggregate', () => client().session.aggregate({ _count: true })],
    ['groupBy', () => client().session.groupBy({ by: ['userId'] })],
    ['update', () => client().cluster.update({ where: { id: one }, data: { name: 'x' } })],
    ['updateMany', () => client().joinToken.updateMany({ data: { usedAt: new Date() } })],
    ['delete', () => client().membership.deleteMany({ where: { userId: one } })],
    ['create', () => client().cluster.create({ data: { name: 'x', organizationId: undefinedId } })],
    [
      'createMany',
      () =>
        client().cluster.createMany({
          data: [
            { name: 'a', organizationId: one },
            { name: 'b', organizationId: undefinedId },
          ],
        }),
    ],
    [
      'upsert',
      () => client().cluster.upsert({ where: { id: one }, create: { name: 'x', organizationId: one }, update: {} }),
    ],
    ['a transaction', () => database.transaction(one, (transaction) => transaction.cluster.findMany())],
  ])('is refused without the organization: %s', async (_, query) => {
    await expect(query()).rejects.toThrow(MissingOrganizationError);
  });

  it('is answered with the organization', async () => {
    expect(await client().cluster.findMany({ where: { organizationId: one } })).toEqual([]);
  });
});

describe('the database itself', () => {
  it('refuses a row that points into another organization', async () => {
    const { id: clusterId } = await database.scoped.cluster.create({ data: { organizationId: one, name: 'prod' } });
    const secretHash = Buffer.alloc(32);
    const stray = { organizationId: two, clusterId, secretHash, expiresAt: new Date() };
    await expect(database.scoped.joinToken.create({ data: stray })).rejects.toThrow(/foreign key/i);
  });

  it('allows one cluster per name and one agent per cluster', async () => {
    const { scoped } = database;
    const { id: clusterId } = await scoped.cluster.create({ data: { organizationId: one, name: 'single' } });
    const again = await scoped.cluster
      .create({ data: { organizationId: one, name: 'single' } })
      .catch((error: unknown) => error);
    expect(isDuplicate(again)).toBe(true);
    await scoped.cluster.create({ data: { organizationId: two, name: 'single' } });
    const agent = { organizationId: one, clusterId, publicKey: 'k', version: '1', instance: 'i', location: 'outside' };
    await scoped.agent.create({ data: agent });
    await expect(scoped.agent.create({ data: agent })).rejects.toThrow(/unique/i);
  });

  it.each([
    ['DROP TABLE sessions', /must be owner/],
    ['ALTER TABLE users ADD COLUMN x int', /must be owner/],
    ['CREATE TABLE x (y int)', /permission denied/],
    ['DELETE FROM sessions', /permission denied/],
    ["UPDATE sessions SET user_agent = 'x'", /permission denied/],
    ["UPDATE sessions SET command = '{}'", /permission denied/],
    ['UPDATE session_viewers SET can_type = false', /permission denied/],
    ['DELETE FROM session_viewers', /permission denied/],
    ['DELETE FROM users', /permission denied/],
    ['TRUNCATE clusters', /permission denied/],
    ['SELECT * FROM _prisma_migrations', /permission denied/],
    ['SET ROLE postern_owner', /permission denied/],
    ["SELECT pg_read_file('/etc/passwd')", /permission denied/],
  ])('refuses the serving role: %s', async (statement, reason) => {
    await expect(database.acrossOrganizations.$executeRawUnsafe(statement)).rejects.toThrow(reason);
  });

  it('that is unreachable is distinguished from one that refuses a query', async () => {
    const nowhere = new Database({ url: 'postgres://x:y@127.0.0.1:1/x', connections: 1 });
    const away = await nowhere.ping().catch((error: unknown) => error);
    expect(isUnreachable(away)).toBe(true);
    const refused = await database.acrossOrganizations
      .$executeRawUnsafe('SELECT nothing')
      .catch((error: unknown) => error);
    expect(isUnreachable(refused)).toBe(false);
  });

  it('that is busy for some seconds makes queries and transactions wait, and then answers them', async () => {
    const narrow = new Database({ url: server.appUrl, connections: 2 });
    const count = { where: { organizationId: one } };
    // With `then`, because Prisma does not start a query before.
    const busy = narrow.acrossOrganizations.$executeRaw`SELECT pg_sleep(2.1)`.then(() => {});
    const answers = await Promise.allSettled([
      narrow.scoped.cluster.count(count),
      narrow.transaction(one, (transaction) => transaction.cluster.count(count)),
      narrow.acrossOrganizations.$transaction([narrow.acrossOrganizations.cluster.count(count)]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    await busy;
    await narrow.close();
  });
});

describe('recorded sessions', () => {
  const newLease = () => new GatewayLease(database, pino({ level: 'silent' }), { beatMs: 3_600_000 });
  let lease: GatewayLease;
  let start: SessionStart;
  beforeEach(async () => {
    lease = newLease();
    await lease.start();
  });
  afterEach(() => lease.stop());
  beforeAll(async () => {
    const { scoped } = database;
    const { id: clusterId } = await scoped.cluster.create({ data: { organizationId: one, name: 'recorded' } });
    const user = await database.acrossOrganizations.user.create({
      data: { email: 'ada@example.com', passwordHash: 'x' },
    });
    start = {
      organizationId: one,
      clusterId,
      userId: user.id,
      kind: 'port-forward',
      namespace: 'default',
      pod: 'web',
      container: null,
      command: [],
      clientAddress: '127.0.0.1',
      userAgent: 'kubectl',
    };
  });
  const query = (more: object = {}) =>
    new SessionList(database).page({ organizationId: one, ofUser: undefined }, { limit: 50, ...more } as never);

  it('name those who viewed them, and say how they ended to the person who opened them', async () => {
    const log = new SessionLog(database, lease);
    const viewers = new SessionViewers(database);
    const sessionId = await log.start({ ...start, kind: 'terminal' });
    const view = { organizationId: one, sessionId, userId: start.userId, clientAddress: '::1', userAgent: 'a\0b' };
    const leave = await viewers.join({ ...view, canType: true });
    await viewers.join({ ...view, canType: false });
    await leave();
    const { items } = await query();
    expect(items[0]?.viewers).toMatchObject([
      { user: { email: 'ada@example.com' }, canType: true, leftAt: expect.any(String) },
      { canType: false, leftAt: null },
    ]);
    await expect(viewers.join({ ...view, organizationId: two, canType: true })).rejects.toThrow(/foreign key/i);
    const own = { id: sessionId, organizationId: one, userId: start.userId };
    expect(await log.whatBecameOf(own)).toBe('open');
    await log.end(sessionId, { reason: 'Done.', bytesUp: 0, bytesDown: 0 });
    expect(await log.whatBecameOf(own)).toEqual({ endReason: 'Done.' });
    for (const foreign of [{ organizationId: two }, { userId: sessionId }, { id: start.userId }])
      expect(await log.whatBecameOf({ ...own, ...foreign })).toBeNull();
    const { endedAt, viewers: seen } = (await query()).items[0] ?? {};
    expect(seen?.[1]?.leftAt).toBe(endedAt);
  });

  it('are stored when they start, and end once', async () => {
    const log = new SessionLog(database, lease);
    const id = await log.start(start);
    expect((await query()).items[0]).toMatchObject({
      id,
      kind: 'port-forward',
      endedAt: null,
      user: { email: 'ada@example.com' },
    });
    await log.end(id, { reason: 'ended', bytesUp: 5_000_000_000, bytesDown: 7 });
    await log.end(id, { reason: 'again', bytesUp: 0, bytesDown: 0 });
    expect((await query()).items[0]).toMatchObject({ id, endReason: 'ended', bytesUp: 5_000_000_000, bytesDown: 7 });
  });

  it('accept hostile text, shortened', async () => {
    const log = new SessionLog(database, lease);
    const id = await log.start({
      ...start,
      userAgent: `a\0b\n${'x'.repeat(9_999)}`,
      command: Array(100).fill('y'.repeat(9_999)),
    });
    const [item] = (await query()).items;
    expect(item?.id).toBe(id);
    expect(item?.userAgent).toMatch(/^ab\nx+$/);
    expect([item?.userAgent.length, item?.command.length]).toEqual([512, 64]);
    expect(item?.command[0]).toMatch(/^y+… 8975 more bytes …y+$/);
    expect(item?.command[47]).toBe('… 37 more arguments, 369963 bytes …');
  });

  it('left open by a dead gateway are ended by the next one, which keeps its own', async () => {
    const leaseOfNext = newLease();
    await leaseOfNext.start();
    const left = await new SessionLog(database, lease).start(start);
    const mine = await new SessionLog(database, leaseOfNext).start(start);
    await server.run(`UPDATE gateways SET seen_at = now() - interval '11 s' WHERE id = '${lease.id}'`);
    await leaseOfNext.beat();
    const byId = new Map((await query()).items.map((item) => [item.id, item]));
    expect(byId.get(left)?.endReason).toBe('The gateway stopped while the session was open.');
    expect(byId.get(mine)?.endedAt).toBeNull();
    expect((await query({ active: true })).items.map(({ id }) => id)).toEqual([mine]);
    expect((await query({ active: false })).items.map(({ id }) => id)).not.toContain(mine);
    await leaseOfNext.stop();
  });

  it('are paged newest first without a gap, and stay within the organization', async () => {
    const log = new SessionLog(database, lease);
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.push(await log.start({ ...start, kind: 'exec' }));
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: { items: { id: string }[]; nextCursor: string | null } = await query({
        limit: 3,
        kind: 'exec',
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(ids.toReversed());
    expect(
      (await new SessionList(database).page({ organizationId: two, ofUser: undefined }, { limit: 50 })).items,
    ).toEqual([]);
  });
});
