import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Number of files above which a folder counts as too full. */
const MOST_FILES = 10_000;
const PAGE = 4_096;

/** Disk usage of a folder in bytes; Infinity above `mostFiles` (10,000) files. Ignores files removed meanwhile. */
export function diskUsage(folder: string, mostFiles = MOST_FILES): number {
  let [bytes, files] = [0, 0];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of list(next)) {
      files += 1;
      if (files > mostFiles) return Number.POSITIVE_INFINITY;
      const path = join(next, entry);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      bytes += (stat?.blocks ?? 0) * 512;
      if (stat?.isDirectory()) folders.push(path);
    }
  }
  return bytes;
}

/**
 * Memory of sessions in bytes, by the pid of their leader. Linux only; empty elsewhere. A session's processes are identified by
 * the pid namespace that their leader creates or, without one, by the session.
 */
export function memoryUsage(leaders: number[]): Map<number, number> {
  const usage = new Map<number, number>();
  if (process.platform !== 'linux' || leaders.length === 0) return usage;
  const own = link('self', 'pid');
  const byNamespace = new Map<string, number>();
  for (const leader of leaders) {
    const namespace = link(leader, 'pid_for_children');
    if (namespace !== undefined && namespace !== own) byNamespace.set(namespace, leader);
  }
  const known = new Set(leaders);
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    const namespace = link(pid, 'pid');
    const inside = namespace === undefined ? undefined : byNamespace.get(namespace);
    const leader = inside ?? sessionOf(pid);
    if (leader === undefined || !known.has(leader)) continue;
    usage.set(leader, (usage.get(leader) ?? 0) + residentBytes(pid));
  }
  return usage;
}

function residentBytes(pid: string): number {
  return Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE;
}

/** From /proc/PID/stat, after the name, which is in brackets and may contain anything. */
function sessionOf(pid: string): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[3]) || undefined;
}

function link(pid: number | string, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${name}`);
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
