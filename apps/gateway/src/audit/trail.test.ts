import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { until } from '@postern/testkit';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../database/database.ts';
import { type SeverableProxy, severableProxy } from '../test/severable-proxy.ts';
import { makeTenant } from '../test/tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { AuditUnavailableError } from './audit-log.ts';
import { AuditReader } from './audit-reader.ts';
import { AuditStore } from './audit-store.ts';
import { AuditWriter } from './audit-writer.ts';
import type { AuditFacts } from './event.ts';
import { AuditRetention } from './retention.ts';

const logger = pino({ level: 'silent' });
let server: TestDatabase;
let proxy: SeverableProxy;
/** Two gateways; the first reaches its database through the proxy. */
let databases: [Database, Database];
let writers: [AuditWriter, AuditWriter];
let reader: AuditReader;
let organization: string;
let turn = 0;

beforeAll(async () => {
  server = await startTestDatabase();
  proxy = await severableProxy(server.appUrl);
  databases = [new Database({ url: proxy.url, connections: 3 }), new Database({ url: server.appUrl, connections: 3 })];
  reader = new AuditReader(databases[1]);
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await proxy.close();
  await server.stop();
});
beforeEach(async () => {
  turn += 1;
  organization = (await makeTenant(databases[1], `o${turn}`)).organizationId;
  writers = [writerOf(databases[0]), writerOf(databases[1])];
});

afterEach(() => Promise.all(writers.map((writer) => writer.close(0))));

const writerOf = (database: Database, settings = {}): AuditWriter =>
  new AuditWriter(new AuditStore(database), logger, {
    most: 64 * 1_048_576,
    waitMs: 5,
    patienceMs: 1_000,
    ...settings,
  });

const did = (name: string, more: Partial<AuditFacts> = {}): AuditFacts => ({
  action: 'kube.request',
  decision: 'allowed',
  source: 'kubectl',
  actor: { id: null, name: 'ada@example.com', kind: 'person' },
  name,
  ...more,
});

const names = async (): Promise<(string | null)[]> =>
  (await reader.following(organization, {}, { after: 0, limit: 100_000 })).map(({ name }) => name);

async function verified(): Promise<{ checked: number; broken: { seq: number; problem: string } | null }> {
  const { checked, broken, next } = await reader.verify(organization, undefined);
  expect(next).toBeNull();
  return { checked, broken };
}

async function write(count: number): Promise<void> {
  for (let index = 1; index <= count; index += 1) writers[1].record(organization, did(`n${index}`));
  await writers[1].flush(10_000);
}

/** Runs a statement as the superuser, whom nothing stops. */
const tamper = (sql: string) => server.run(sql.replaceAll('$O', `organization_id = '${organization}'`));

describe('the trail', () => {
  it('has every event in order, each linked to the one before', async () => {
    await write(2_500);
    expect(await names()).toEqual(Array.from({ length: 2_500 }, (_, index) => `n${index + 1}`));
    expect(await verified()).toEqual({ checked: 2_500, broken: null });
  });

  it('is one chain although two gateways write at once, in many organizations', async () => {
    const others = await Promise.all(
      Array.from(
        { length: 5 },
        async (_, index) => (await makeTenant(databases[1], `o${turn}-${index}`)).organizationId,
      ),
    );
    const all = [organization, ...others];
    for (let index = 0; index < 3_000; index += 1)
      for (const writer of writers) writer.record(all[index % all.length] ?? '', did(String(index)));
    await Promise.all(writers.map((writer) => writer.flush(30_000)));
    const counts = await Promise.all(all.map((id) => reader.verify(id, undefined)));
    expect(counts.map(({ checked, broken }) => [checked, broken])).toEqual(Array(6).fill([1_000, null]));
  });

  it('finds what was changed, deleted, exchanged, cut off or put in, and names the first', async () => {
    const broken = async (sql: string) => {
      organization = (await makeTenant(databases[1], `broken${randomUUID()}`)).organizationId;
      await write(10);
      await tamper(sql);
      return (await verified()).broken;
    };
    expect(
      await broken(`UPDATE audit_events SET event = jsonb_set(event, '{name}', '"x"') WHERE $O AND seq = 4`),
    ).toEqual({
      seq: 4,
      problem: 'it was changed',
    });
    expect(await broken(`UPDATE audit_events SET at = at - interval '1 day' WHERE $O AND seq = 5`)).toEqual({
      seq: 5,
      problem: 'its time was changed',
    });
    expect(await broken('DELETE FROM audit_events WHERE $O AND seq = 6')).toEqual({
      seq: 6,
      problem: 'entry 6 is missing; the next one is 7',
    });
    expect(await broken('DELETE FROM audit_events WHERE $O AND seq = 1')).toMatchObject({ seq: 1 });
    expect(
      await broken(
        'UPDATE audit_events SET seq = CASE seq WHEN 7 THEN 108 ELSE 107 END WHERE $O AND seq IN (7, 8); UPDATE audit_events SET seq = seq - 100 WHERE $O AND seq > 100',
      ),
    ).toMatchObject({ seq: 7 });
    expect(await broken('DELETE FROM audit_events WHERE $O AND seq > 8')).toEqual({
      seq: 9,
      problem: 'it and all that follow are missing; the trail has 10 entries',
    });
    expect(await broken('DELETE FROM audit_events WHERE $O')).toMatchObject({ seq: 1 });
    expect(
      await broken(
        'INSERT INTO audit_events SELECT organization_id, 11, gen_random_uuid(), at, event, hash, hash FROM audit_events WHERE $O AND seq = 10',
      ),
    ).toEqual({ seq: 11, problem: 'it was changed' });
    expect(await broken(`UPDATE audit_heads SET hash = decode(repeat('ab', 32), 'hex') WHERE $O`)).toMatchObject({
      seq: 11,
    });
  });

  it.each(['postern_app', 'postern_system'])('cannot be changed by %s, whatever statement it sends', async (role) => {
    await write(3);
    const app = new pg.Client({ connectionString: server.appUrl, options: `-c role=${role}` });
    await app.connect();
    for (const statement of [
      `UPDATE audit_events SET event = '{}'`,
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
      'DELETE FROM audit_heads',
      'UPDATE audit_heads SET anchor_seq = 2',
      'UPDATE audit_heads SET organization_id = gen_random_uuid()',
      'ALTER TABLE audit_events DISABLE TRIGGER ALL',
      'DROP TABLE audit_events',
      `INSERT INTO audit_events SELECT * FROM audit_events ON CONFLICT (organization_id, seq) DO UPDATE SET event = '{}'`,
      'MERGE INTO audit_events USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE',
    ])
      await expect(app.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
    // Not even by a retention of nothing.
    await app.query("SELECT set_config('postern.organization', $1, false)", [organization]);
    await expect(app.query('UPDATE audit_heads SET retention_days = 0')).rejects.toThrow(
      role === 'postern_app' ? /retention_days_check/ : /permission denied/,
    );
    await app.end();
    expect(await verified()).toEqual({ checked: 3, broken: null });
  });

  it('is searched by person, cluster, action, resource, namespace, decision, time and words', async () => {
    const [ada, prod] = [randomUUID(), randomUUID()];
    writers[1].record(organization, did('a', { actor: { id: ada, name: 'ada@example.com', kind: 'person' } }));
    writers[1].record(
      organization,
      did('b', { cluster: { id: prod, name: 'prod' }, namespace: 'shop', resource: 'pods' }),
    );
    writers[1].record(
      organization,
      did('c', { action: 'cluster.delete', decision: 'refused', reason: 'Ask an owner: 100%' }),
    );
    await writers[1].flush(5_000);
    const found = async (filter: Parameters<AuditReader['newest']>[1]) =>
      (await reader.newest(organization, filter, { before: undefined, limit: 10 })).map(({ name }) => name);
    expect(await found({})).toEqual(['c', 'b', 'a']);
    expect(await found({ actor: ada })).toEqual(['a']);
    expect(await found({ actor: 'ada@example.com' })).toEqual(['c', 'b', 'a']);
    expect(await found({ cluster: prod })).toEqual(['b']);
    expect(await found({ cluster: 'prod', namespace: 'shop', resource: 'pods' })).toEqual(['b']);
    expect(await found({ action: 'kube.' })).toEqual(['b', 'a']);
    expect(await found({ action: 'cluster.delete', decision: 'refused' })).toEqual(['c']);
    expect(await found({ text: 'OWNER: 100%' })).toEqual(['c']);
    expect(await found({ text: `' OR true --` })).toEqual([]);
    expect(await found({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect(await found({ until: new Date(Date.now() + 60_000).toISOString() })).toHaveLength(3);
    expect(await reader.newest(randomUUID(), {}, { before: undefined, limit: 10 })).toEqual([]);
  });
});

describe('retention', () => {
  it('deletes a whole beginning and leaves an anchor, with which the rest is still checked', async () => {
    await write(20);
    const old = `at = at - interval '401 days', event = jsonb_set(event, '{at}', to_jsonb(to_char((at - interval '401 days') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))`;
    // Also one that is old, but follows one that is not: it stays until that one goes.
    await tamper(`UPDATE audit_events SET ${old} WHERE $O AND (seq <= 12 OR seq = 15)`);
    const retention = new AuditRetention(databases[1], logger);
    expect(await retention.sweep()).toBe(12);
    expect(await retention.sweep()).toBe(0);
    await retention.close();
    expect(await names()).toEqual(['n13', 'n14', 'n15', 'n16', 'n17', 'n18', 'n19', 'n20']);
    expect(await verified()).toMatchObject({ checked: 2, broken: { seq: 15 } });
  });

  it('deletes everything if everything is old, and the chain goes on', async () => {
    await write(5);
    await tamper(`UPDATE audit_events SET at = at - interval '401 days' WHERE $O`);
    const retention = new AuditRetention(databases[1], logger);
    expect(await retention.sweep()).toBe(5);
    await retention.close();
    expect(await verified()).toEqual({ checked: 0, broken: null });
    await write(2);
    expect(await verified()).toEqual({ checked: 2, broken: null });
    await tamper('DELETE FROM audit_events WHERE $O AND seq = 6');
    expect((await verified()).broken).toMatchObject({ seq: 6 });
  });
});

describe('while the database is away', () => {
  it('events wait, and none is lost or doubled', async () => {
    const [writer] = writers;
    for (let index = 0; index < 100; index += 1) writer.record(organization, did(String(index)));
    await writer.flush(5_000);
    proxy.sever();
    for (let index = 100; index < 5_000; index += 1) writer.record(organization, did(String(index)));
    await expect(writer.recordNow(organization, did('now'))).rejects.toThrow(AuditUnavailableError);
    expect(writer.backlog).toBe(4_901);
    proxy.restore();
    await writer.flush(20_000);
    expect(writer.backlog).toBe(0);
    expect((await names()).toSorted()).toEqual(
      [...Array.from({ length: 5_000 }, (_, index) => String(index)), 'now'].toSorted(),
    );
    expect(await verified()).toEqual({ checked: 5_001, broken: null });
  });

  it('what must be durable does not wait for all that gathered meanwhile', async () => {
    const [writer] = writers;
    proxy.sever();
    writer.record(organization, did('first'));
    // One attempt is under way, and what follows waits behind it.
    await until(() => writer.backlog === 1);
    for (let index = 0; index < 5_000; index += 1) writer.record(organization, did('later'));
    proxy.restore();
    await writer.recordNow(organization, did('now'));
    expect((await names()).indexOf('now')).toBeLessThan(1_001);
    await writer.flush(20_000);
    expect(await verified()).toEqual({ checked: 5_002, broken: null });
  });

  it('a batch whose commit is unknown is not written twice', async () => {
    const [writer] = writers;
    writer.record(organization, did('first'));
    await writer.flush(5_000);
    const lost = proxy.loseAnswer('INSERT INTO audit_events');
    writer.record(organization, did('a'));
    writer.record(organization, did('b'));
    await lost;
    writer.record(organization, did('c'));
    await writer.flush(20_000);
    expect(await names()).toEqual(['first', 'a', 'b', 'c']);
    expect((await verified()).broken).toBeNull();
  });

  it('memory is bounded, and the trail says how many events are missing', async () => {
    const writer = writerOf(databases[0], { most: 20_000 });
    proxy.sever();
    let lost = 0;
    writer.on('lost', (events) => {
      lost += events;
    });
    for (let index = 0; index < 500; index += 1) writer.record(organization, did(String(index)));
    expect(lost).toBeGreaterThan(400);
    proxy.restore();
    await once(writer, 'written');
    await until(() => writer.backlog === 0);
    const events = await reader.following(organization, {}, { after: 0, limit: 1_000 });
    expect(events.at(-1)).toMatchObject({ action: 'audit.lost', details: { events: lost } });
    expect(events).toHaveLength(500 - lost + 1);
  });

  it('what must be durable is refused as soon as its time is over', async () => {
    const [writer] = writers;
    proxy.sever();
    const start = performance.now();
    await expect(writer.recordNow(organization, did('x'))).rejects.toThrow(AuditUnavailableError);
    expect(performance.now() - start).toBeLessThan(1_900);
    proxy.restore();
    await writer.recordNow(organization, did('y'));
    expect(await names()).toEqual(['x', 'y']);
  });
});

describe('an event that the database refuses', () => {
  it('does not hold up the others', async () => {
    const store = new AuditStore(databases[1]);
    const writer = new AuditWriter(
      {
        append: (events, options) =>
          store.append(
            events.map((event) => (event.content.includes('"bad"') ? { ...event, content: '{' } : event)),
            options,
          ),
      },
      logger,
      { most: 1_000_000, waitMs: 5 },
    );
    for (const name of ['a', 'b', 'bad', 'c', 'd']) writer.record(organization, did(name));
    await until(async () => writer.backlog === 0);
    expect(await names()).toEqual(['a', 'b', 'c', 'd', null]);
    expect((await verified()).broken).toBeNull();
  });

  it('of an organization that does not exist is dropped', async () => {
    writers[1].record(randomUUID(), did('x'));
    writers[1].record(organization, did('y'));
    await writers[1].flush(5_000);
    expect(await names()).toEqual(['y']);
  });
});
