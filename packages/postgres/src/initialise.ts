import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { PostgresError } from './postgres-error.ts';
import type { Launcher } from './unprivileged.ts';

/** Name of the folder with the server's files, inside the data folder. */
export const CLUSTER = 'cluster';
const UNFINISHED = 'cluster.unfinished';

/**
 * Creates the server's files in `folder` unless they exist; @returns true if it created them. They are created under another
 * name and renamed when complete, so an interrupted start never leaves an incomplete database.
 * @throws {PostgresError} there are files that are not a complete database.
 */
export async function initialise(
  folder: string,
  superuser: { name: string; password: string },
  tools: { binaries: Binaries; launch: Launcher },
): Promise<boolean> {
  const cluster = join(folder, CLUSTER);
  if (await exists(cluster)) {
    const complete = (
      await Promise.all(['PG_VERSION', 'global/pg_control', 'base'].map((name) => exists(join(cluster, name))))
    ).every(Boolean);
    if (complete) return false;
    throw new PostgresError(
      `The database in ${cluster} is not complete (its initialisation was interrupted or files were removed). Remove that folder to start with an empty one.`,
    );
  }
  const unfinished = join(folder, UNFINISHED);
  await rm(unfinished, { recursive: true, force: true });
  const passwordFile = join(folder, 'superuser-password');
  await writeFile(passwordFile, superuser.password, { mode: 0o600 });
  try {
    await mkdir(unfinished, { mode: 0o700 });
    const { command, args, identity } = tools.launch(tools.binaries.initdb, [
      `--pgdata=${unfinished}`,
      `--username=${superuser.name}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ]);
    const child = spawn(command, args, {
      ...identity,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0)
      throw new PostgresError(
        `The database could not be initialised in ${folder}: ${errors.trim().split('\n').at(-1) || `initdb ended with ${code}`}`,
      );
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, cluster);
  return true;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
