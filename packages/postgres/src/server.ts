import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinaries } from './binaries.ts';
import { freePort } from './free-port.ts';
import { CLUSTER, initialise } from './initialise.ts';
import { PostgresError } from './postgres-error.ts';
import { commandOf } from './process-table.ts';
import { unprivileged } from './unprivileged.ts';

export interface PostgresOptions {
  /** Folder of its files; created if missing, kept when stopping. */
  folder: string;
  /** The superuser's password; must be the same at every start with the same folder. */
  password: string;
  /** Lines of the server's log. */
  onLog?: (line: string) => void;
  /** Faster, but data may be lost in a power failure. For tests only. */
  volatile?: boolean;
  /** Chooses a port; another one each time, because a program may take it before PostgreSQL listens. */
  choosePort?: () => Promise<number>;
}

/** A running server on 127.0.0.1. */
export interface PostgresServer {
  port: number;
  superuser: string;
  /** `postgres://` URL of a database for a user. */
  url(database: string, user?: { name: string; password: string }): string;
  /** Stops the server and waits until it has exited; keeps the files. */
  stop(): Promise<void>;
  /** Resolves when the server has exited, for whatever reason. */
  ended: Promise<void>;
  /** True if this start created the files. */
  fresh: boolean;
}

const SUPERUSER = 'postgres';

/** Starts PostgreSQL on a free port of 127.0.0.1. @throws {PostgresError} it cannot be started. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { folder, password, onLog = () => {} } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [binaries, launch] = await Promise.all([findBinaries(), unprivileged(folder)]);
  await stopLeftover(folder);
  const fresh = await initialise(folder, { name: SUPERUSER, password }, { binaries, launch });
  const spawnOn = (port: number): ChildProcess => {
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=100',
      ...(options.volatile ? ['fsync=off', 'full_page_writes=off'] : []),
    ];
    const { command, args, identity } = launch(binaries.postgres, [
      '-D',
      join(folder, CLUSTER),
      '-p',
      String(port),
      ...settings.flatMap((setting) => ['-c', setting]),
    ]);
    // A process group of its own, so that Ctrl-C reaches the program that stops everything in order, not the database first.
    return spawn(command, args, {
      ...identity,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      env: { ...process.env, LC_ALL: 'C' },
    });
  };
  const { child, port } = await startOnFreePort(spawnOn, { choosePort: options.choosePort ?? freePort, onLog });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  return {
    port,
    superuser: SUPERUSER,
    url: (database, user = { name: SUPERUSER, password }) =>
      `postgres://${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      child.kill('SIGINT'); // "fast": ends connections, writes a checkpoint
      const patience = setTimeout(() => child.kill('SIGQUIT'), 3_000);
      await ended;
      clearTimeout(patience);
    },
    ended,
    fresh,
  };
}

/** How often another port is chosen when a program has taken the last one. */
const portTries = 5;

async function startOnFreePort(
  spawnOn: (port: number) => ChildProcess,
  { choosePort, onLog }: { choosePort: () => Promise<number>; onLog: (line: string) => void },
): Promise<{ child: ChildProcess; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await choosePort();
    const child = spawnOn(port);
    let isTaken = false;
    try {
      await ready(child, (line) => {
        if (line.includes('could not bind')) isTaken = true;
        onLog(line);
      });
      return { child, port };
    } catch (error) {
      if (!isTaken || tries === portTries) throw error;
    }
  }
}

/** Resolves when the log says that the server is ready; rejects if it exits before that. */
function ready(child: ChildProcess, onLog: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = '';
    let last = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        onLog(line);
        if (/FATAL|HINT|could not/.test(line)) last = line;
        if (line.includes('database system is ready to accept connections')) resolve();
      }
    });
    child.once('error', (cause) =>
      reject(new PostgresError(`PostgreSQL could not be started: ${cause.message}`, { cause })),
    );
    child.once('close', (code) =>
      reject(new PostgresError(`PostgreSQL did not start (exit code ${code})${last ? `: ${last}` : '.'}`)),
    );
  });
}

/** Ends the server that a killed start may have left running: two cannot use the same folder. */
async function stopLeftover(folder: string): Promise<void> {
  const lines = (await readFile(join(folder, CLUSTER, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || lines[1] !== join(folder, CLUSTER) || !isPostgres(await commandOf(pid)))
    return;
  process.kill(pid, 'SIGINT');
  for (let tries = 0; tries < 100 && isPostgres(await commandOf(pid)); tries += 1) await delay(100);
}

const isPostgres = (command: string): boolean => command.includes('postgres');
