import { readFile } from 'node:fs/promises';

/** Clock ticks per second in /proc: 100 on every common Linux (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

/** CPU time of a process so far, all threads together, in milliseconds. Linux only: reads /proc. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The program's name, in parentheses, may contain spaces; `state` is the first field after it (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return ((user + system) * 1_000) / ticksPerSecond;
}

/** Time that the main thread of a process was runnable but waited for a CPU, in milliseconds. Linux only: reads /proc. */
export async function queuedMs(pid: number): Promise<number> {
  const [, queued] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
  return Number(queued) / 1_000_000;
}
