import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { type Client, environment } from './client.ts';

export interface Outcome {
  /** Null if a signal ended the process. */
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/**
 * Over WebSocket the server opens every channel with an empty message, and kubectl logs an error if that arrives before
 * it has set up the channel. This also happens directly at an apiserver, and nothing is lost.
 */
const harmless = /^E.* websocket\.go:\d+\] Unknown stream id \d, discarding message\n/gm;

/** A running kubectl. */
export class Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Outcome>;
  private readonly stdout: Buffer[] = [];
  private readonly stderr: Buffer[] = [];
  private readonly changes = new EventEmitter();

  constructor(command: string, args: string[], options: { env: NodeJS.ProcessEnv; cwd?: string | undefined }) {
    this.child = spawn(command, args, { env: options.env, cwd: options.cwd, stdio: 'pipe' });
    this.changes.setMaxListeners(0);
    // A process that ends before it has read its input breaks the pipe; its exit code says what happened.
    this.child.stdin.on('error', () => {});
    this.child.stdout.on('data', (chunk: Buffer) => this.note(this.stdout, chunk));
    this.child.stderr.on('data', (chunk: Buffer) => this.note(this.stderr, chunk));
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code) => {
        resolve({ code, stdout: Buffer.concat(this.stdout), stderr: this.errors.replace(harmless, '') });
        this.changes.emit('change');
      });
    });
  }

  get output(): string {
    return Buffer.concat(this.stdout).toString();
  }

  get errors(): string {
    return Buffer.concat(this.stderr).toString();
  }

  /** Waits until the output fulfils the condition; fails if the process ends or the time runs out first. */
  async until<T>(condition: (running: this) => T | undefined | false | null, timeoutMs = 20_000): Promise<T> {
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const met = condition(this);
      if (met) return met;
      const state = `stdout: ${this.output.slice(-500)}\nstderr: ${this.errors.slice(-500)}`;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`ended early\n${state}`);
      await new Promise<void>((resolve, reject) => {
        const give = (): void => reject(new Error(`not within ${timeoutMs} ms\n${state}`));
        if (deadline.aborted) return give();
        deadline.addEventListener('abort', give, { once: true });
        this.changes.once('change', () => {
          deadline.removeEventListener('abort', give);
          resolve();
        });
      });
    }
  }

  /** Sends it a signal and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
    this.child.kill(signal);
    return this.ended;
  }

  private note(into: Buffer[], chunk: Buffer): void {
    into.push(chunk);
    this.changes.emit('change');
  }
}

export interface Options {
  input?: Buffer | string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** After this time the process is killed and the call fails. */
  timeoutMs?: number;
}

/** Starts a kubectl whose stdin stays open. */
export function start(client: Client, args: string[], options: Options = {}): Running {
  const [command = 'kubectl', ...prefix] = client.kubectl.command;
  return new Running(command, [...prefix, ...args], {
    env: { ...environment(client), ...options.env },
    cwd: options.cwd,
  });
}

/** Runs a kubectl to its end, whatever its exit code. */
export async function run(client: Client, args: string[], options: Options = {}): Promise<Outcome> {
  const running = start(client, args, options);
  running.child.stdin.end(options.input ?? '');
  const timeoutMs = options.timeoutMs ?? 50_000;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    running.child.kill('SIGKILL');
  }, timeoutMs);
  const outcome = await running.ended.finally(() => clearTimeout(timer));
  if (late)
    throw new Error(`kubectl ${args.join(' ')}: not done within ${timeoutMs} ms\n${outcome.stderr.slice(-1000)}`);
  return outcome;
}

/** Runs a kubectl that must succeed; returns what it printed. */
export async function expectOk(client: Client, args: string[], options: Options = {}): Promise<string> {
  const { code, stdout, stderr } = await run(client, args, options);
  if (code !== 0)
    throw new Error(`kubectl ${args.join(' ')} ended with ${code}\n${stderr}\n${stdout.toString().slice(-1000)}`);
  return stdout.toString();
}
