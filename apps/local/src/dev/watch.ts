import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join, sep } from 'node:path';

/** Milliseconds in which several changes count as one: an editor that saves all, a checkout of a branch. */
const TOGETHER = 100;

/** A file whose change asks for a start: no test, and nothing that only tests use. */
const isSource = (path: string): boolean => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\/test\//.test(path);

/**
 * Calls back when sources in or below any of the folders changed: once for changes that come together, with the path of one of
 * them. What is returned ends the watch.
 */
export function watchSources(folders: readonly string[], onChange: (path: string) => void): () => void {
  // Each folder by itself: where Node watches recursively by its own means, as on Linux, it loses a file that an editor replaced.
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const changed = (path: string): void => {
    if (!isSource(path)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, TOGETHER, path);
  };
  /** Watches a folder and those in it. @returns the files there; undefined where there is no folder. */
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
    // It came, went, or is another of the same name.
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
