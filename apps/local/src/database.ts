import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { promisify } from 'node:util';
import { PostgresError, startPostgres } from '@postern/postgres';
import type { DataFolder } from './data-folder.ts';
import { programs } from './programs.ts';
import { ensureRoles } from './roles.ts';
import { UserError } from './user-error.ts';

/** The database, migrated. */
export interface Database {
  /** URL for the role that serves: it owns nothing and is no superuser. */
  url: string;
  ended: Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'postern';

/** Starts PostgreSQL, makes the two roles and the database at the first start, and applies the migrations. */
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
    await promisify(execFile)(process.execPath, [programs.prisma, 'migrate', 'deploy'], {
      cwd: programs.prismaFolder,
      env: {
        PATH: process.env['PATH'],
        CHECKPOINT_DISABLE: '1', // no word to Prisma about new versions
        // The lock against a second migration keeps the command waiting for ten idle seconds; the folder is ours alone.
        PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK: '1',
        POSTERN_MIGRATION_URL: server.url(NAME, owner),
        // The command line would download an engine that `engine: 'js'` never loads, unless it is told of a file.
        PRISMA_QUERY_ENGINE_LIBRARY: programs.prisma,
      },
    });
  } catch (error) {
    await server.stop();
    throw new UserError(`The database in ${data.file('postgres')} could not be prepared: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { url: server.url(NAME, app), ended: server.ended, stop: () => server.stop() };
}
