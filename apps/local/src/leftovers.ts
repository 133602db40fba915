import { readFile, rm } from 'node:fs/promises';
import { commandOf } from '@postern/postgres';
import { CHILDREN } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import { checkout } from './programs.ts';

/** Ends programs of an earlier start that was killed before it could stop them. */
export async function endLeftovers(data: DataFolder): Promise<void> {
  const text = await readFile(data.file(CHILDREN), 'utf8').catch(() => '');
  for (const pid of text.split('\n').map(Number)) {
    if (pid > 1 && (await commandOf(pid)).includes(checkout)) process.kill(pid, 'SIGKILL');
  }
  await rm(data.file(CHILDREN), { force: true });
}
