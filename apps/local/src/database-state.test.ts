import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@postern/postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureRoles } from './database-state.ts';

let folder: string;
let server: Awaited<ReturnType<typeof startPostgres>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-roles-'));
  server = await startPostgres({ folder, password: 'test', volatile: true });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const owner = { name: 'postern_owner', password: 'owner' };
const app = { name: 'postern_app', password: 'app' };

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it('gives a database of an earlier version the role that it lacks, and may be repeated', async () => {
  const superuser = server.url('postgres');
  await query(superuser, "CREATE ROLE postern_owner LOGIN PASSWORD 'owner'");
  await query(superuser, "CREATE ROLE postern_app LOGIN PASSWORD 'app'");
  await query(superuser, 'CREATE DATABASE postern OWNER postern_owner');
  for (let start = 1; start <= 2; start += 1) await ensureRoles(superuser, 'postern', { owner, app });
  const asSystem = `${server.url('postern', app)}?options=-c%20role%3Dpostern_system`;
  expect(await query(asSystem, 'SELECT current_user, session_user')).toEqual([
    { current_user: 'postern_system', session_user: 'postern_app' },
  ]);
  await expect(query(server.url('postern', { name: 'postern_system', password: '' }), 'SELECT 1')).rejects.toThrow();
});

it('makes everything in a new data folder', async () => {
  const others = { owner: { ...owner, name: 'other_owner' }, app: { ...app, name: 'other_app' } };
  await ensureRoles(server.url('postgres'), 'other', others);
  expect(await query(server.url('other', others.owner), 'SELECT current_user')).toEqual([
    { current_user: 'other_owner' },
  ]);
});
