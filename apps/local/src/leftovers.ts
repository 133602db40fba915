import { readFile, readlink, rm } from 'node:fs/promises';
import { commandOf } from '@postern/postgres';
import { CHILDREN } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import { checkout, programs } from './programs.ts';

/** Ends programs of an earlier run that was killed before it could stop them. */
export async function endLeftovers(data: DataFolder): Promise<void> {
  const text = await readFile(data.file(CHILDREN), 'utf8').catch(() => '');
  for (const pid of text.split('\n').map(Number)) {
    if (pid > 1 && (await isOurs(pid))) end(pid);
  }
  await rm(data.file(CHILDREN), { force: true });
}

/** Whether a pid in the list is still a program of this checkout. The dashboard's server changes its own title. */
async function isOurs(pid: number): Promise<boolean> {
  const command = await commandOf(pid);
  if (command.includes(checkout)) return true;
  return (
    command.startsWith('next-server') && (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === programs.dashboard
  );
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just exited.
  }
}
