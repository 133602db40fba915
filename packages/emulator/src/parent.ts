import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorldServer } from './emulator.ts';
import { writePrivate } from './private-file.ts';

/** The channel to the process that started this one: `process`. */
export interface Parent {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  send?(message: Answer, handle: undefined, options: undefined, sent: (error: Error | null) => void): unknown;
}

/** The answer to `{ type: 'world', name }`: where its kubeconfig is, or why there is none. */
type Answer = { type: 'world'; name: string } & ({ kubeconfig: string } | { problem: string });

/** What a name of a world may be, because it is also the name of a folder. */
const NAME = /^[\w-]{1,64}$/;

/**
 * Makes and ends worlds as the parent process asks: `{ type: 'world', name }` is answered with the path of the kubeconfig of that
 * world, which is made if there is none; `{ type: 'end-world', name }` ends it for good and removes the file.
 * @param folder for the kubeconfigs; those of an earlier run are removed.
 */
export async function serveParent(parent: Parent, worlds: WorldServer, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const answer = (message: Answer) => parent.send?.(message, undefined, undefined, () => {});
  // One after the other: a world that is asked for after its end is a new one.
  let last = Promise.resolve();
  parent.on('message', (message) => {
    const { type, name } = (message ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || !NAME.test(name)) return;
    const kubeconfig = join(folder, name, 'kubeconfig');
    if (type === 'world') {
      last = last
        .then(() => writePrivate(kubeconfig, worlds.world(name).kubeconfig))
        .then(() => answer({ type, name, kubeconfig }))
        .catch((error: Error) => answer({ type, name, problem: error.message }))
        .then(() => {});
    } else if (type === 'end-world') {
      last = last
        .then(() => worlds.endWorld(name))
        .then(() => rm(join(folder, name), { recursive: true, force: true }))
        .catch((error: Error) => void process.stderr.write(`A world has no proper end: ${error.message}\n`));
    }
  });
}
