import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Emulator } from '../emulator.ts';

export interface Result {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Every kubectl on this machine with a version in its name (`kubectl.1.27`), or else the one in PATH, if any. */
export function kubectls(): string[] {
  let found: string;
  try {
    found = realpathSync(execFileSync('sh', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim());
  } catch {
    return [];
  }
  const folder = dirname(found);
  const versions = readdirSync(folder).filter((name) => /^kubectl\.1\.\d+$/.test(name));
  return versions.length > 0 ? versions.sort().map((name) => join(folder, name)) : [found];
}

/** Runs kubectl with its own home folder. */
export class Kubectl {
  readonly #home = mkdtempSync(join(tmpdir(), 'emulator-kubectl-'));

  constructor(emulator: Emulator) {
    writeFileSync(join(this.#home, 'config'), emulator.kubeconfig, { mode: 0o600 });
  }

  start(program: string, args: string[], env: Record<string, string> = {}) {
    return spawn(program, args, {
      env: { PATH: process.env['PATH'], HOME: this.#home, KUBECONFIG: join(this.#home, 'config'), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  async run(
    program: string,
    args: string[],
    { input, env }: { input?: Buffer | string; env?: Record<string, string> } = {},
  ): Promise<Result> {
    const child = this.start(program, args, env);
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
    return { code, stdout: Buffer.concat(stdout), stderr };
  }

  remove(): void {
    if (existsSync(this.#home)) rmSync(this.#home, { recursive: true, force: true });
  }
}
