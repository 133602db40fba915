import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort, type PostgresServer, startPostgres } from './index.ts';

let folder: string;
const running: PostgresServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-postgres-'));
  await chmod(folder, 0o700); // as with mktemp: no access for other users
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<PostgresServer> {
  const server = await startPostgres({ folder, password: 'p w', volatile: true });
  running.push(server);
  return server;
}

async function query(server: PostgresServer, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

it('starts in a private folder, keeps its data across a restart, and refuses a wrong password', async () => {
  const first = await start();
  expect(first.fresh).toBe(true);
  await query(first, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
  await expect(
    new pg.Client({ connectionString: first.url('postgres', { name: 'postgres', password: 'wrong' }) }).connect(),
  ).rejects.toThrow('password authentication failed');
  await first.stop();
  const second = await start();
  expect(second.fresh).toBe(false);
  expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
});

it('chooses another port if a program has taken the first', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const ports = [port, await freePort()];
  const server = await startPostgres({
    folder,
    password: 'p w',
    volatile: true,
    choosePort: async () => ports.shift() ?? 0,
  });
  running.push(server);
  taken.close();
  expect(ports).toEqual([]);
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('takes over the folder of a server that a killed start left running', async () => {
  const left = await start();
  const next = await start();
  await left.ended;
  expect(await query(next, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('says what to do about an incomplete database', async () => {
  await (await start()).stop();
  running.length = 0;
  await rm(join(folder, 'cluster', 'PG_VERSION'));
  await expect(start()).rejects.toThrow(/not complete .* Remove that folder/);
});
