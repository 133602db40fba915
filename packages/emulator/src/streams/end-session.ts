import { readdirSync, readFileSync } from 'node:fs';

/** Maximum number of passes over all processes; repeated because they may start others meanwhile. */
const MAX_PASSES = 5;

/**
 * Kills the session that a process leads, with everything it has started. On Linux this includes processes that moved to a
 * session of their own, identified by a mark in their environment; elsewhere it is the process group, and the processes to
 * which an interactive shell passes on the hang-up.
 */
export function endSession(leader: number, mark: string): void {
  signal(-leader, 'SIGHUP');
  if (process.platform !== 'linux') {
    setTimeout(() => signal(-leader, 'SIGKILL'), 100);
    return;
  }
  signal(-leader, 'SIGKILL');
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const members = membersOf(leader, mark);
    if (members.length === 0) return;
    for (const pid of members) signal(pid, 'SIGKILL');
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has already exited.
  }
}

function membersOf(leader: number, mark: string): number[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map(Number).filter((pid) => {
    const { session, state } = stateOf(pid);
    return state !== 'Z' && (session === leader || read(`/proc/${pid}/environ`).split('\0').includes(mark));
  });
}

/** From /proc/PID/stat: the fields after the name, which is in brackets and may contain anything. */
function stateOf(pid: number): { state: string | undefined; session: number } {
  const text = read(`/proc/${pid}/stat`);
  const [state, , , session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state, session: Number(session) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
