import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { insideScript, limitScript, namespaceScript, onTerminalScript, probeScript } from './sandbox-scripts.ts';

/** A user and group of the operating system. */
export interface Identity {
  uid: number;
  gid: number;
}

/**
 * `namespaces`: no network except a loopback, no access to the machine's processes and personal folders, and limits.
 * `limits`: limits only, because the machine supports no more or is not Linux.
 */
export type SandboxKind = 'namespaces' | 'limits';

/** A command to run in a pod. */
interface Command {
  file: string;
  args: string[];
  /** Its complete environment. */
  env: Record<string, string>;
  folder: string;
}

/** Folders of people and other programs, which are hidden from the commands of pods. */
const PRIVATE = ['/tmp', '/var/tmp', '/dev/shm', '/home', '/root', '/run', '/var/lib', '/srv', '/opt', '/media'];
/** The only variable outside the sandbox: a pod's own variables reach nothing that is not yet sandboxed. */
const OUTER_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const NAMESPACES = ['--user', '--map-root-user', '--mount', '--net', '--ipc', '--pid', '--fork', '--kill-child'];
/** systemd's range for dynamic users, which belongs to no account. */
const DYNAMIC = { first: 61_184, last: 65_519 };

/** Isolates commands of pods from the rest of the machine. One per emulator; `detectSandbox` finds out what is possible. */
export class Sandbox {
  readonly kind: SandboxKind;
  /** The user of the commands; default: the emulator's own. */
  readonly identity: Identity | undefined;
  readonly #hidden: string[];

  constructor(kind: SandboxKind, identity: Identity | undefined, hidden: string[] = []) {
    this.kind = kind;
    this.identity = identity;
    this.#hidden = hidden;
  }

  /** The program to start, with its arguments and the environment outside the sandbox. */
  wrap({ file, args, env, folder }: Command): { file: string; args: string[]; env: Record<string, string> } {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const command = ['/usr/bin/env', '-i', '--', ...variables, file, ...args];
    const outer = { PATH: OUTER_PATH, LANG: 'C' };
    if (this.kind === 'limits') return { file: '/bin/sh', args: ['-c', limitScript, 'sh', ...command], env: outer };
    const scripts = ['-c', namespaceScript, 'sh', folder, insideScript, onTerminalScript];
    const inner = ['/bin/sh', ...scripts, ...this.#hidden, '--', ...command];
    return { file: '/usr/bin/unshare', args: [...NAMESPACES, '--mount-proc', '--', ...inner], env: outer };
  }
}

/** @param hidden folders to hide from commands, in addition to the usual ones. */
export async function detectSandbox(hidden: string[] = []): Promise<Sandbox> {
  const identity = dedicatedIdentity();
  const all = [...new Set([...PRIVATE, homedir(), process.cwd(), ...hidden])].filter(isApart);
  const namespaces = new Sandbox('namespaces', identity, all);
  return process.platform === 'linux' && (await works(namespaces)) ? namespaces : new Sandbox('limits', identity);
}

/** Whether a folder can be hidden, because it contains no programs. */
function isApart(folder: string): boolean {
  const needed = ['/usr/bin', '/bin', '/lib', '/etc', '/proc', '/dev/null', '/mnt'];
  return folder.startsWith(sep) && !needed.some((path) => `${path}/`.startsWith(`${folder.replace(/\/+$/, '')}/`));
}

/** As root: a user id of no other account, which owns only the files of pods. */
function dedicatedIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const taken = new Set(readIds('/etc/passwd'));
  const count = DYNAMIC.last - DYNAMIC.first + 1;
  for (let step = 0; step < count; step += 1) {
    const id = DYNAMIC.first + ((process.pid + step) % count);
    if (!taken.has(id)) return { uid: id, gid: id };
  }
  return { uid: 65_534, gid: 65_534 };
}

function readIds(file: string): number[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => Number(line.split(':')[2]));
  } catch {
    return [];
  }
}

/** Tries the sandbox: systems forbid namespaces in several ways, some of which only show inside. */
async function works(sandbox: Sandbox): Promise<boolean> {
  let parent: string | undefined;
  const { identity } = sandbox;
  try {
    parent = mkdtempSync(join(tmpdir(), 'postern-probe-'));
    const folder = mkdtempSync(join(parent, 'folder-'));
    chmodSync(parent, 0o711);
    if (identity !== undefined) chownSync(folder, identity.uid, identity.gid);
    const command = { file: '/bin/sh', args: ['-c', probeScript], env: { PATH: OUTER_PATH }, folder };
    const { file, args, env } = sandbox.wrap(command);
    await promisify(execFile)(file, args, { env, cwd: folder, timeout: 10_000, killSignal: 'SIGKILL', ...identity });
    return true;
  } catch {
    return false;
  } finally {
    if (parent !== undefined) rmSync(parent, { recursive: true, force: true });
  }
}
