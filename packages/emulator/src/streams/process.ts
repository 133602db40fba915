import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { type IPty, spawn as spawnTerminal } from '@lydell/node-pty';
import { endSession } from './end-session.ts';
import type { Sandbox } from './sandbox.ts';

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** A process of a container. */
export interface RunningProcess {
  /** Pid of the session's first process, outside any namespace. */
  pid: number;
  stdin: Writable;
  stdout: Readable;
  /** Undefined with a terminal. */
  stderr: Readable | undefined;
  resize(size: TerminalSize): void;
  /** Resolves with the exit code (128 + n after signal n), once all output has been read or given up. */
  ended: Promise<number>;
  /** Ends the process and everything that it has started. */
  kill(): void;
}

export interface ProcessOptions {
  sandbox: Sandbox;
  command: string[];
  folder: string;
  /** Its complete environment; the value of `SESSION` is unique. */
  env: Record<string, string>;
  tty: boolean;
}

/** The command cannot be run; `message` is for people. */
export class CannotRun extends Error {}

/** The variable that identifies the processes of one session. */
export const SESSION = 'POSTERN_DEMO_SESSION';

/** How long output may still arrive after the process has exited, in milliseconds. */
const LAST_WORDS = 1_000;

/** Starts an unprivileged process in a container's folder. @throws CannotRun. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { command, folder, env, sandbox } = options;
  const [program = '', ...args] = command;
  if ([...command, ...Object.entries(env).flat()].some((text) => text.includes('\0'))) {
    throw new CannotRun(`exec: ${JSON.stringify(program)}: invalid argument`);
  }
  const file = locate(program, folder, env['PATH'] ?? '');
  const wrapped = sandbox.wrap({ file, args, env, folder });
  return options.tty ? startInTerminal(wrapped, options) : startWithPipes(wrapped, options);
}

/** A sandboxed command, with the environment outside the sandbox. */
type Wrapped = ReturnType<Sandbox['wrap']>;

function locate(program: string, folder: string, path: string): string {
  const candidates = program.includes('/')
    ? [resolve(folder, program)]
    : path.split(':').map((directory) => join(directory, program));
  const found = program === '' ? undefined : candidates.find(isExecutable);
  if (found !== undefined) return found;
  const where = program.includes('/') ? 'no such file or directory' : 'executable file not found in $PATH';
  throw new CannotRun(`exec: "${program}": ${where}`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A function that ends a process or, once it has exited, the processes that it left behind. */
function killer(pid: number | undefined, env: Record<string, string>): () => void {
  return () => {
    if (pid !== undefined) endSession(pid, `${SESSION}=${env[SESSION]}`);
  };
}

async function startWithPipes(wrapped: Wrapped, { folder, env, sandbox }: ProcessOptions): Promise<RunningProcess> {
  const child: ChildProcessWithoutNullStreams = spawn(wrapped.file, wrapped.args, {
    cwd: folder,
    env: wrapped.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...sandbox.identity,
  });
  const kill = killer(child.pid, env);
  // A process may close its input early, which is not an error.
  child.stdin.on('error', () => {});
  const ended = new Promise<number>((done) => {
    child.on('exit', () => {
      // Ends the background processes that it left behind, which may keep its pipes open.
      const timer = setTimeout(kill, LAST_WORDS);
      child.on('close', () => clearTimeout(timer));
    });
    child.on('close', (code, signal) => done(code ?? 128 + (signals[signal ?? ''] ?? 9)));
  });
  await once(child, 'spawn').catch((error: Error) => {
    throw new CannotRun(error.message);
  });
  // Later errors, such as a signal that cannot be sent, must not end the demo.
  child.on('error', () => {});
  const { stdin, stdout, stderr, pid = 0 } = child;
  return { pid, stdin, stdout, stderr, resize: () => {}, ended, kill };
}

const signals: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

function startInTerminal(wrapped: Wrapped, { folder, env, sandbox }: ProcessOptions): RunningProcess {
  const terminal = spawnTerminal(wrapped.file, wrapped.args, {
    name: 'xterm-256color',
    cols: 80,
    rows: 24,
    cwd: folder,
    env: wrapped.env,
    encoding: null,
    ...sandbox.identity,
  });
  ignoreErrors(terminal);
  const stdout = new Readable({ read: () => terminal.resume() });
  terminal.onData((data) => {
    if (!stdout.push(data)) terminal.pause();
  });
  let hasEnded = false;
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!hasEnded) terminal.write(chunk as unknown as string);
      done();
    },
  });
  const ended = new Promise<number>((done) => {
    terminal.onExit(({ exitCode, signal }) => {
      hasEnded = true;
      stdout.push(null);
      done(signal ? 128 + signal : exitCode);
    });
  });
  return {
    pid: terminal.pid,
    stdin,
    stdout,
    stderr: undefined,
    resize: ({ columns, rows }) => {
      if (!hasEnded && columns > 0 && rows > 0 && columns < 5_000 && rows < 5_000) resize(terminal, columns, rows);
    },
    ended,
    kill: killer(terminal.pid, env),
  };
}

/** node-pty throws if the terminal has ended but has not reported it yet. */
function resize(terminal: IPty, columns: number, rows: number): void {
  try {
    terminal.resize(columns, rows);
  } catch {
    // The size of an ended terminal does not matter.
  }
}

/** With fewer than two listeners, node-pty throws errors of its socket uncatchably. Its exit is still reported. */
function ignoreErrors(terminal: IPty): void {
  const emitter = terminal as unknown as { on?: (event: 'error', listener: () => void) => void };
  for (let count = 0; count < 2; count += 1) emitter.on?.('error', () => {});
}
