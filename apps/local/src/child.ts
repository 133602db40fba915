import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { appendFileSync, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DataFolder } from './data-folder.ts';
import { UserError } from './user-error.ts';

/** Name of the file in the data folder that lists the pids of started programs. */
export const CHILDREN = 'children.pids';

export interface ChildOptions {
  /** Name of its log file. */
  name: string;
  /** Node's arguments, with the program. */
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Whether to open a channel for messages. */
  ipc?: boolean;
  /** Called with each line of its output. */
  onLine?: (line: string) => void;
  /** Whether it has run before in this run of `npm start`: its log is then appended to, and still shows why it ended. */
  again?: boolean;
}

/** A child process. */
export interface Child {
  process: ChildProcess;
  logFile: string;
  /** Resolves with its exit code; null if a signal ended it. */
  ended: Promise<number | null>;
  /** Sends SIGTERM, and SIGKILL after `patience` milliseconds. Resolves when it has exited. */
  stop(patience: number): Promise<void>;
}

/** Environment variables passed to children; no others, so that no secret of another program reaches them by accident. */
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
  'POSTERN_WEBHOOK_NETWORKS',
];

/** Programs that are not ready yet, with their names. */
const starting = new Map<Child, string>();

/**
 * Starts a Node program in a process group of its own, so that Ctrl-C reaches only this process, which stops everything in
 * order. The output goes to a log file, the pid to the list that leftovers.ts reads after a crash.
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
  // On a full disk the log is lost, but the program runs on.
  log.on('error', () => {});
  // Neither exists if the machine has no file descriptors left.
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
      // It was never started, so no other event reports its end.
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

/** Stores the pid for the next start, in case this process is killed. Not possible on a full disk. */
function remember(data: DataFolder, pid: number): void {
  try {
    appendFileSync(data.file(CHILDREN), `${pid}\n`);
  } catch {
    // The program runs anyway.
  }
}

/** The error for a program that exited before it was ready, with the end of its log. */
async function failureOf(what: string, child: Child, code: number | null): Promise<UserError> {
  const text = await readFile(child.logFile, 'utf8').catch(() => '');
  const end = text.trimEnd().split('\n').slice(-8).join('\n');
  return new UserError(`${what} did not start (exit code ${code}). The end of ${child.logFile}:\n${end}`);
}

/** Ends the programs for which `untilReady` still waits, which then rejects; with `only`, just the one with that name. */
export async function stopStarting(patience: number, only?: string): Promise<void> {
  const those = [...starting].filter(([, what]) => only === undefined || what === only);
  await Promise.all(those.map(([child]) => child.stop(patience)));
}

/** Resolves with the result of `ready`, or rejects if the program exits first. */
export async function untilReady<T>(what: string, child: Child, ready: Promise<T>): Promise<T> {
  starting.set(child, what);
  const failed = child.ended.then(async (code) => {
    throw await failureOf(what, child, code);
  });
  try {
    return await Promise.race([ready, failed]);
  } finally {
    starting.delete(child);
    failed.catch(() => {}); // From here on the supervisor handles its end.
  }
}
