import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PostgresError, startPostgres } from '@postern/postgres';
import type { DataFolder } from './data-folder.ts';
import { areMigrated, ensureRoles } from './database-state.ts';
import { programs } from './programs.ts';
import { UserError } from './user-error.ts';

/** The database, migrated. */
export interface Database {
  /** URL for the serving role, which owns nothing and is not a superuser. */
  url: string;
  ended: Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'postern';

/**
 * Runs `prisma migrate deploy` until every migration is recorded as applied. It does not wait for the process to exit, because
 * a leftover timer of the engine's advisory lock keeps it running for ten more seconds.
 */
async function migrate({ superuserUrl, ownerUrl }: { superuserUrl: string; ownerUrl: string }): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const running = promisify(execFile)(process.execPath, [programs.prisma, 'migrate', 'deploy'], {
    cwd: programs.prismaFolder,
    signal,
    env: {
      PATH: process.env['PATH'],
      CHECKPOINT_DISABLE: '1', // No check for new versions of Prisma.
      POSTERN_MIGRATION_URL: ownerUrl,
      // Unless given a file, the command line would download an engine that `engine: 'js'` never loads.
      PRISMA_QUERY_ENGINE_LIBRARY: programs.prisma,
    },
  });
  const names = await migrationNames();
  const applied = async (): Promise<void> => {
    while (!(await areMigrated(superuserUrl, names))) await delay(100, undefined, { signal });
  };
  try {
    await Promise.race([running, applied()]);
  } finally {
    over.abort();
    await running.catch(() => {});
  }
}

/** Names of this version's migrations. */
async function migrationNames(): Promise<string[]> {
  const entries = await readdir(programs.migrations, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Starts PostgreSQL, creates the roles and the database that are missing, and applies the migrations. */
export async function startDatabase(data: DataFolder): Promise<Database> {
  const log = createWriteStream(data.file('logs', 'database.log'), { flags: 'w', mode: 0o600 });
  const server = await startPostgres({
    folder: data.file('postgres'),
    password: await data.secret('postgres'),
    onLog: (line) => log.write(`${line}\n`),
  }).catch((error: unknown) => {
    throw error instanceof PostgresError ? new UserError(error.message, { cause: error }) : error;
  });
  const owner = { name: 'postern_owner', password: await data.secret('postgres-owner') };
  const app = { name: 'postern_app', password: await data.secret('postgres-app') };
  try {
    await ensureRoles(server.url('postgres'), NAME, { owner, app });
    if (!(await areMigrated(server.url(NAME), await migrationNames()))) {
      await migrate({ superuserUrl: server.url(NAME), ownerUrl: server.url(NAME, owner) });
    }
  } catch (error) {
    await server.stop();
    throw new UserError(`The database in ${data.file('postgres')} could not be prepared: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { url: server.url(NAME, app), ended: server.ended, stop: () => server.stop() };
}
