import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';

/** `nobody`: present in every passwd file, and the server looks its own user up there. */
const NOBODY = 65534;

/** How to start a program that refuses to run as root. */
interface Launch {
  command: string;
  args: string[];
  identity: { uid: number; gid: number } | undefined;
}

/** Wraps a command so that the server does not see itself as root. */
export type Launcher = (command: string, args: string[]) => Launch;

/**
 * PostgreSQL refuses to run as root. As another user nothing is to be done. As root on Linux the server gets a user
 * namespace in which root is called `nobody`: it needs no new user and still reads folders that only root may enter (a
 * checkout under a private temporary folder). Where namespaces are switched off it runs as the real `nobody`, to whom
 * `dataFolder` is given; then every folder above it must be open to others.
 */
export async function unprivileged(dataFolder: string): Promise<Launcher> {
  if (process.getuid?.() !== 0) return (command, args) => ({ command, args, identity: undefined });
  const namespace = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
  const possible = await promisify(execFile)('unshare', [...namespace, 'true']).then(
    () => true,
    () => false,
  );
  if (possible)
    return (command, args) => ({ command: 'unshare', args: [...namespace, command, ...args], identity: undefined });
  await chown(dataFolder, NOBODY, NOBODY);
  return (command, args) => ({ command, args, identity: { uid: NOBODY, gid: NOBODY } });
}
