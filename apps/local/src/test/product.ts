import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { commandOf } from '@postern/postgres';

/** The content of `ready.json`. */
export interface Ready {
  url: string;
  caFile: string;
  pid: number;
  metricsUrl: string;
}

/** A complete Postern, run like `npm start` and `npm run dev` do. */
export class Product {
  readonly #child: ChildProcess;
  readonly #data: string;
  readonly #waiting = new Set<() => void>();
  output = '';
  readonly ended: Promise<number | null>;

  /** @param command arguments of Node: options, then the program. */
  constructor(command: string[], data: string, args: string[], env: Record<string, string> = {}) {
    this.#data = data;
    this.#child = spawn(process.execPath, [...command, '--data', data, '--no-open', ...args], {
      env: { ...process.env, NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const look of this.#waiting) look();
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        resolve(code);
        for (const look of this.#waiting) look();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for output that matches, after the first `from` characters. */
  said(what: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = what.exec(this.output.slice(from));
        if (match === null && this.#child.exitCode === null) return;
        this.#waiting.delete(look);
        if (match === null) reject(new Error(`it exited without printing ${what}:\n${this.output}`));
        else resolve(match);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async ready(): Promise<Ready> {
    return JSON.parse(await readFile(join(this.#data, 'ready.json'), 'utf8')) as Ready;
  }

  /** The pid of the newest process that runs `program`. */
  async pidOf(program: string): Promise<number> {
    const pids = (await readFile(join(this.#data, 'children.pids'), 'utf8')).trim().split('\n').map(Number);
    for (const pid of pids.reverse()) if ((await commandOf(pid)).includes(program)) return pid;
    throw new Error(`${program} is not running`);
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return this.ended;
  }
}

export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests inspect arbitrary JSON.
  json: any;
}

/** Sends a request over HTTPS, on a new connection. */
export async function ask(
  { url, caFile }: Ready,
  path: string,
  options: { method?: string; body?: object; token?: string } = {},
): Promise<Reply> {
  const ca = await readFile(caFile);
  const { body, token, method = body ? 'POST' : 'GET' } = options;
  return new Promise((resolve, reject) => {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const sent = request(new URL(path, url), { ca, method, headers, agent: false });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, json: text === '' ? undefined : JSON.parse(text) });
      });
    });
    sent.end(body && JSON.stringify(body));
  });
}

/** The pids of everything that a Postern with this data folder has started, including the database. */
export async function pidsOf(data: string): Promise<number[]> {
  const pids = (await readFile(join(data, 'children.pids'), 'utf8')).trim().split('\n').map(Number);
  const database = Number((await readFile(join(data, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0]);
  return [...pids, database];
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
