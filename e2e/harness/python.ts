import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execute } from './process.ts';

/** The client's major version is the minor version of Kubernetes, here the test cluster's. */
const version = '33.1.0';

/**
 * The folder with the `kubernetes` package from PyPI, for PYTHONPATH; downloads it the first time. Undefined if this
 * machine has no Python with pip (Debian: apt-get install python3-pip), which is an error in CI.
 */
export async function pythonClient(): Promise<string | undefined> {
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(caches, 'postern-e2e', `kubernetes-${version}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--target', partial, `kubernetes==${version}`];
    await execute('python3', pip, { timeoutMs: 10 * 60_000 });
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (process.env['CI']) throw error;
    return undefined;
  }
  renameSync(partial, folder);
  return folder;
}
