import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandOf } from '@postern/postgres';
import { UserError } from './user-error.ts';

/** The folder with all data of a local Postern, with a lock. */
export interface DataFolder {
  path: string;
  file(...names: string[]): string;
  /** A secret of 32 random bytes in base64url, generated at the first start and then kept. */
  secret(name: string): Promise<string>;
  /** Path of the file with such a secret. */
  secretFile(name: string): Promise<string>;
  release(): Promise<void>;
}

/** Creates and locks the folder. @throws {UserError} it cannot be written, or another Postern uses it. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const file = (...names: string[]) => join(path, ...names);
  try {
    await mkdir(file('logs'), { recursive: true, mode: 0o700 });
    await writeFile(file('.writable'), '');
    await rm(file('.writable'));
  } catch (error) {
    throw new UserError(
      `The data folder ${path} cannot be written (${(error as NodeJS.ErrnoException).code}). Choose another with --data.`,
      { cause: error },
    );
  }
  const mark = file('postern.pid');
  const holder = Number(await readFile(mark, 'utf8').catch(() => ''));
  if (holder > 0 && holder !== process.pid && (await commandOf(holder)).includes('apps/local/')) {
    throw new UserError(
      `Another Postern (process ${holder}) uses the data folder ${path}. Stop it first, or choose another folder with --data.`,
    );
  }
  await writeFile(mark, String(process.pid));
  const secretFile = async (name: string): Promise<string> => {
    const where = file(`${name}.secret`);
    await writeFile(where, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    return where;
  };
  return {
    path,
    file,
    secretFile,
    secret: async (name) => readFile(await secretFile(name), 'utf8'),
    release: () => rm(mark, { force: true }),
  };
}
