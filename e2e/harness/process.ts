import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { AbortRetry, until } from '@postern/testkit';

export const repository = resolve(import.meta.dirname, '../..');
export const results = join(repository, 'test-results');

/** Runs a program to its end; if it fails, rejects with its output. */
export function execute(
  command: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; input?: string; timeoutMs?: number } = {},
): Promise<string> {
  return new Promise((fulfil, reject) => {
    const child = execFile(
      command,
      args,
      {
        env: { ...process.env, ...options.env },
        cwd: options.cwd ?? repository,
        maxBuffer: 1 << 28,
        timeout: options.timeoutMs ?? 120_000,
      },
      (error, stdout, stderr) => {
        if (error)
          reject(new Error(`${command} ${args[0] ?? ''} ended with ${error.code ?? error.signal}\n${stderr}${stdout}`));
        else fulfil(stdout);
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

/** The address at which pods reach this machine. */
export function nodeAddress(): string {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (name.startsWith('tcbr') || name.startsWith('veth')) continue;
    const address = addresses?.find((candidate) => candidate.family === 'IPv4' && !candidate.internal);
    if (address) return address.address;
  }
  throw new Error('this machine has no network interface besides loopback');
}

/** What `npm start` writes to `ready.json` once it is ready. */
export interface Ready {
  url: string;
  caFile: string;
  pid: number;
  metricsUrl: string;
  /** Printed if others can reach it and there is no account yet; not in the file. */
  setupCode?: string | undefined;
}

export interface ProductOptions {
  data: string;
  port: number;
  publicUrl: string;
  /** More arguments; default: no demo cluster, and reachable by pods on this machine. */
  args?: string[];
  env?: NodeJS.ProcessEnv;
}

/** Starts the product as its users do and waits until it is ready. It outlives the caller: call `stopProduct`. */
export async function startProduct(options: ProductOptions): Promise<Ready> {
  mkdirSync(results, { recursive: true });
  const file = join(options.data, 'ready.json');
  rmSync(file, { force: true });
  const log = join(results, 'product.log');
  const output = openSync(log, 'a');
  const { size: before } = statSync(log);
  const args = ['start', '--', '--data', options.data, '--port', String(options.port), '--no-open'];
  const more = options.args ?? ['--no-demo', '--listen', '0.0.0.0'];
  const child = spawn('npm', [...args, '--public-url', options.publicUrl, ...more], {
    cwd: repository,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  return until(
    () => {
      if (child.exitCode !== null) throw new AbortRetry(`npm start ended with ${child.exitCode}; see ${log}`);
      const said = readFileSync(log).subarray(before).toString();
      if (!existsSync(file) || !said.includes('Ctrl-C stops everything')) return undefined;
      return { ...readReady(options.data), setupCode: /Set-up code: ([0-9A-Z-]+)/.exec(said)?.[1] };
    },
    { what: 'npm start', timeoutMs: 240_000 },
  ).catch((error: unknown) => {
    // Its process group: npm and everything that it started.
    if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    throw error;
  });
}

export function readReady(data: string): Ready {
  return JSON.parse(readFileSync(join(data, 'ready.json'), 'utf8')) as Ready;
}

/** Stops the product as Ctrl-C does; returns the milliseconds it took. */
export async function stopProduct(data: string): Promise<number> {
  const { pid } = readReady(data);
  const began = Date.now();
  process.kill(pid, 'SIGTERM');
  await until(() => !isAlive(pid), { what: 'the end of npm start', timeoutMs: 20_000 });
  return Date.now() - began;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Runs the product's own command line. */
export function postern(
  home: string,
  args: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const bin = join(repository, 'node_modules/.bin');
  const env = { ...options.env, POSTERN_HOME: home, PATH: `${bin}:${process.env['PATH']}` };
  return execute(join(bin, 'postern'), args, { env, ...(options.input === undefined ? {} : { input: options.input }) });
}
