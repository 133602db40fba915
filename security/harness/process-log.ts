import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Lines kept for a report about a crash. */
const kept = 200;

/**
 * The output of one of our processes: JSON lines on stdout, anything on stderr. Keeps every line that indicates a problem, and
 * the most recent lines of any kind.
 */
export class ProcessLog {
  /** Lines of level `error` or `fatal`, and everything on stderr, in order. */
  readonly problems: string[] = [];
  readonly #recent: string[] = [];

  constructor(child: ChildProcess) {
    const { stdout, stderr } = child;
    if (stdout !== null) createInterface(stdout).on('line', (line) => this.#add(line, isProblem(line)));
    if (stderr !== null) createInterface(stderr).on('line', (line) => this.#add(line, true));
  }

  /** The last `count` lines. */
  tail(count: number): string {
    return this.#recent.slice(-count).join('\n');
  }

  #add(line: string, isProblem: boolean): void {
    this.#recent.push(line);
    if (this.#recent.length > kept) this.#recent.shift();
    if (isProblem) this.problems.push(line);
  }
}

function isProblem(line: string): boolean {
  try {
    const { level } = JSON.parse(line) as { level?: unknown };
    return level === 'error' || level === 'fatal' || level === 50 || level === 60;
  } catch {
    return true;
  }
}
