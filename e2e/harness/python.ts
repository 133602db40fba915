import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execute } from './process.ts';

/** Follows the test cluster's minor version, as the client's own numbers do. */
const version = '33.1.0';

/**
 * The folder that holds the `kubernetes` package of PyPI, for PYTHONPATH; downloads it the first time. Undefined where this
 * machine has no Python with pip (Debian: apt-get install python3-pip), which is a failure in CI.
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
