import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startPostgres } from '@postern/postgres';
import pg from 'pg';

const migrations = resolve(import.meta.dirname, '../../../../prisma/migrations');

/** A separate PostgreSQL server with the product's roles and the product's database. */
export interface TestDatabase {
  /** For the role that owns the schema. */
  ownerUrl: string;
  /** For the serving role. */
  appUrl: string;
  /** Runs statements as the superuser, in the product's database unless another is named. */
  run(sql: string, database?: string): Promise<pg.QueryResult>;
  stop(): Promise<void>;
}

/**
 * @param options.migrated default true: applies the migrations, without Prisma's CLI, which takes seconds.
 * @param options.volatile default true: does not wait for the disk, which is wrong only where that is measured.
 */
export async function startTestDatabase(
  options: { migrated?: boolean; volatile?: boolean } = {},
): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-gateway-'));
  const server = await startPostgres({ folder, password: 'test', volatile: options.volatile ?? true });
  await query(server.url('postgres'), [
    "CREATE ROLE postern_owner LOGIN PASSWORD 'owner'",
    "CREATE ROLE postern_app LOGIN PASSWORD 'app'",
    'CREATE ROLE postern_system',
    'GRANT postern_system TO postern_app WITH INHERIT FALSE, SET TRUE',
    'CREATE DATABASE postern OWNER postern_owner',
  ]);
  const ownerUrl = server.url('postern', { name: 'postern_owner', password: 'owner' });
  if (options.migrated ?? true) {
    const folders = (await readdir(migrations, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    for (const { name } of folders.sort((a, b) => a.name.localeCompare(b.name)))
      await query(ownerUrl, [await readFile(join(migrations, name, 'migration.sql'), 'utf8')]);
  }
  return {
    ownerUrl,
    appUrl: server.url('postern', { name: 'postern_app', password: 'app' }),
    run: (sql, database = 'postern') => query(server.url(database), [sql]),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function query(url: string, statements: string[]): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let result: pg.QueryResult | undefined;
    for (const statement of statements) result = await client.query(statement);
    return result as pg.QueryResult;
  } finally {
    await client.end();
  }
}
