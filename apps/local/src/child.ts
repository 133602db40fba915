import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { appendFileSync, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DataFolder } from './data-folder.ts';
import { UserError } from './user-error.ts';

/** Name of the file in the data folder that lists the pids of programs started. */
export const CHILDREN = 'children.pids';

export interface ChildOptions {
  /** Names its log file. */
  name: string;
  /** Arguments of Node: the program first. */
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Opens a channel for messages. */
  ipc?: boolean;
  /** Each line of its output. */
  onLine?: (line: string) => void;
  /** Whether it ran before in this run of `npm start`: its log then goes on, so that the reason of its end can be read. */
  again?: boolean;
}

/** A program of ours that runs beside this one. */
export interface Child {
  process: ChildProcess;
  logFile: string;
  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>;
  /** SIGTERM, and SIGKILL after `patience` milliseconds. Resolves when it is gone. */
  stop(patience: number): Promise<void>;
}

/** Variables of this process that children may see: no secret of another program's reaches them by accident. */
const passed = [
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'LANG',
  'TZ',
  'NODE_ENV',
  'KUBECONFIG',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'NODE_COMPILE_CACHE',
];

/** Programs that do not serve yet, and what they are called. */
const starting = new Map<Child, string>();

/**
 * Starts a Node program in a process group of its own, so that Ctrl-C in the terminal reaches only us and we stop things in
 * order. Its output goes to a log file, its pid to the list that leftovers.ts reads after a crash.
 */
export function startChild(data: DataFolder, options: ChildOptions): Child {
  const { name, args, env = {}, cwd, ipc = false, onLine, again = false } = options;
  const logFile = data.file('logs', `${name}.log`);
  const inherited = Object.fromEntries(
    passed.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])),
  );
  const settings: SpawnOptions = {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...inherited, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  };
  const child = spawn(process.execPath, args, settings);
  const log = createWriteStream(logFile, { flags: again ? 'a' : 'w', mode: 0o600 });
  // A full disk takes the log and leaves the program.
  log.on('error', () => {});
  // Neither is there when the machine has no file descriptors left.
  for (const output of [child.stdout, child.stderr] as (Readable | null | undefined)[]) {
    output?.pipe(log, { end: false });
    if (output && onLine) createInterface(output).on('line', onLine);
  }
  const ended = new Promise<number | null>((resolve) => {
    const end = (code: number | null) => {
      resolve(code);
      log.end();
    };
    child.on('error', (error) => {
      if (!log.writableEnded) log.write(`${name}: ${error.message}\n`);
      // It was never started, so that nothing else tells of its end.
      if (child.pid === undefined) end(null);
    });
    child.on('close', end);
  });
  if (child.pid !== undefined) remember(data, child.pid);
  return {
    process: child,
    logFile,
    ended,
    async stop(patience) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** For the next start, should this one be killed. On a full disk there is nothing to remember it with. */
function remember(data: DataFolder, pid: number): void {
  try {
    appendFileSync(data.file(CHILDREN), `${pid}\n`);
  } catch {
    // The program runs all the same.
  }
}

/** A sentence about a program that ended before it served, with the end of its log. */
async function failureOf(what: string, child: Child, code: number | null): Promise<UserError> {
  const text = await readFile(child.logFile, 'utf8').catch(() => '');
  const end = text.trimEnd().split('\n').slice(-8).join('\n');
  return new UserError(`${what} did not start (exit code ${code}). The end of ${child.logFile}:\n${end}`);
}

/** Ends the programs that somebody still waits for with `untilReady`, which rejects then; or the one that is called `only`. */
export async function stopStarting(patience: number, only?: string): Promise<void> {
  const those = [...starting].filter(([, what]) => only === undefined || what === only);
  await Promise.all(those.map(([child]) => child.stop(patience)));
}

/** Resolves with what `ready` resolves with, or rejects when the program ends before. */
export async function untilReady<T>(what: string, child: Child, ready: Promise<T>): Promise<T> {
  starting.set(child, what);
  const failed = child.ended.then(async (code) => {
    throw await failureOf(what, child, code);
  });
  try {
    return await Promise.race([ready, failed]);
  } finally {
    starting.delete(child);
    failed.catch(() => {}); // from here on its end is the supervisor's business
  }
}
