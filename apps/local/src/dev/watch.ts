import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join, sep } from 'node:path';

/** Changes within this many milliseconds count as one: an editor that saves all files, a checkout of a branch. */
const TOGETHER = 100;

/** Whether a change of this file requires a restart: not for tests and test helpers. */
const isSource = (path: string): boolean => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\/test\//.test(path);

/**
 * Calls back when sources in any of the folders or their subfolders change: once for simultaneous changes, with the path of one
 * of them. @returns a function that ends the watch.
 */
export function watchSources(folders: readonly string[], onChange: (path: string) => void): () => void {
  // One watcher per folder: Node's own recursive watch, as on Linux, loses track of a file that an editor replaced.
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const changed = (path: string): void => {
    if (!isSource(path)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, TOGETHER, path);
  };
  /** Watches a folder and its subfolders. @returns the files in it; undefined if there is no such folder. */
  const add = (folder: string): string[] | undefined => {
    const entries = entriesOf(folder);
    if (entries === undefined) return undefined;
    const watcher = watch(folder, (event, name) => name !== null && noticed(event, join(folder, name)));
    watcher.on('error', () => drop(folder));
    watchers.set(folder, watcher);
    const paths = (isFolder: boolean) =>
      entries.filter((entry) => entry.isDirectory() === isFolder).map(({ name }) => join(folder, name));
    return [...paths(false), ...paths(true).flatMap((path) => add(path) ?? [])];
  };
  const drop = (folder: string): void => {
    for (const [path, watcher] of watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      watchers.delete(path);
    }
  };
  const noticed = (event: string, path: string): void => {
    changed(path);
    if (event !== 'rename') return;
    // It was created, deleted or replaced.
    drop(path);
    add(path)?.forEach(changed);
  };
  for (const folder of folders) add(folder);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
