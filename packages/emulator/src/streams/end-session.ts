import { readdirSync, readFileSync } from 'node:fs';

/** Passes over all processes until one finds none left; they may be starting others meanwhile. */
const MAX_PASSES = 5;

/**
 * Ends the session that a process leads, with all it has started. On Linux also what has left for a session of its own, known by
 * a mark in its environment; elsewhere its process group, and what an interactive shell passes the hang-up on to.
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
    // It is gone already.
  }
}

function membersOf(leader: number, mark: string): number[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map(Number).filter((pid) => {
    const { session, state } = stateOf(pid);
    return state !== 'Z' && (session === leader || read(`/proc/${pid}/environ`).split('\0').includes(mark));
  });
}

/** From /proc/PID/stat: the fields after the name, which stands in brackets and may hold anything. */
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
