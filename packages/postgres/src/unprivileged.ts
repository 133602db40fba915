import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';

/** `nobody`: in every passwd file, where the server looks up its own user. */
const NOBODY = 65534;

/** How to start a program that refuses to run as root. */
interface Launch {
  command: string;
  args: string[];
  identity: { uid: number; gid: number } | undefined;
}

/** Wraps a command so that the server does not run as root. */
export type Launcher = (command: string, args: string[]) => Launch;

/**
 * PostgreSQL refuses to run as root. For any other user nothing needs to be done. As root on Linux the server gets a user
 * namespace in which root is called `nobody`: this needs no new user, and the server can still read folders that only root may
 * enter (a checkout under a private temporary folder). Where namespaces are disabled it runs as the real `nobody`, who becomes
 * the owner of `dataFolder`; every folder above it must then be accessible to others.
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
