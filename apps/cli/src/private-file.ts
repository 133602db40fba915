import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliError } from './cli-error.ts';

/** The text of a file; undefined if it does not exist. @throws {CliError} it exists but cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CliError(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}

/**
 * Replaces a file atomically, so that no reader ever sees an incomplete one. Only its owner may read it; an existing file keeps
 * its mode. @throws {CliError}
 */
export function writePrivately(path: string, text: string): void {
  const temporary = join(dirname(path), `.${randomUUID()}`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
    chmodSync(temporary, (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new CliError(`${path} cannot be written (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}
