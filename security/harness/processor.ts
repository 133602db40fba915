import { readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc, the same on every Linux that people run (getconf CLK_TCK). */
const ticksPerSecond = 100;

/** Processor time that a process has used so far, in milliseconds, all its threads together. Linux only: read from /proc. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may hold spaces; `state` is the first field behind it (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return ((user + system) * 1_000) / ticksPerSecond;
}

/** Time that the main thread of a process was ready to run and had no processor, in milliseconds. Linux only: read from /proc. */
export async function queuedMs(pid: number): Promise<number> {
  const [, queued] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
  return Number(queued) / 1_000_000;
}
