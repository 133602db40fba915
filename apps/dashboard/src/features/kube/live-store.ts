import type { Column } from './table-rows.ts';

/** Calls back once, before the next paint where there is one. */
export type Schedule = (commit: () => void) => void;

export interface Snapshot<T> {
  items: readonly T[];
  /** Of a table; else none. */
  columns: readonly Column[];
  /** Rises with every commit. */
  version: number;
}

/** Above so many items commits are spaced out: counting or sorting them all at every frame would starve the page. */
const LARGE = 2000;
const LARGE_INTERVAL_MS = 250;

export interface LiveStoreOptions<T> {
  key: (item: T) => string;
  /** Changes whenever the object does; empty where it is not known. */
  version: (item: T) => string;
  /** What is kept of an item that replaces another, or none; the item itself by default. */
  replace?: ((before: T | undefined, item: T, how: { live: boolean }) => T) | undefined;
  schedule: Schedule;
  onCommit: () => void;
}

/** The items of a list, outside of React: a map by key, changed as often as the watches like, shown at most once a frame. */
export class LiveStore<T> {
  readonly #items = new Map<string, T>();
  readonly #options: LiveStoreOptions<T>;
  #columns: readonly Column[] = [];
  #snapshot: Snapshot<T> = { items: [], columns: [], version: 0 };
  #pending = false;

  constructor(options: LiveStoreOptions<T>) {
    this.#options = options;
  }

  /** Stable between commits. */
  get snapshot(): Snapshot<T> {
    return this.#snapshot;
  }

  setColumns(columns: readonly Column[]): void {
    if (columns.length === 0 || sameColumns(columns, this.#columns)) return;
    this.#columns = columns;
    this.#touch();
  }

  /** Adds or replaces. What the server says is unchanged keeps its old item, so that a relist shows nothing. */
  put(items: readonly T[], how: { live: boolean }): void {
    const { key: keyOf, version, replace } = this.#options;
    let changed = false;
    for (const item of items) {
      const key = keyOf(item);
      const before = this.#items.get(key);
      if (before !== undefined && version(item) !== '' && version(before) === version(item)) continue;
      this.#items.set(key, replace === undefined ? item : replace(before, item, how));
      changed = true;
    }
    if (changed) this.#touch();
  }

  remove(keys: Iterable<string>): void {
    let changed = false;
    for (const key of keys) changed = this.#items.delete(key) || changed;
    if (changed) this.#touch();
  }

  /** Shows now what waits for the next frame. True: there was something. */
  flush(): boolean {
    if (!this.#pending) return false;
    this.#commit();
    return true;
  }

  #touch(): void {
    if (this.#pending) return;
    this.#pending = true;
    const commit = () => this.flush();
    if (this.#snapshot.items.length > LARGE) setTimeout(commit, LARGE_INTERVAL_MS);
    else this.#options.schedule(commit);
  }

  #commit(): void {
    this.#pending = false;
    this.#snapshot = { items: [...this.#items.values()], columns: this.#columns, version: this.#snapshot.version + 1 };
    this.#options.onCommit();
  }
}

function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return a.length === b.length && a.every((column, index) => column.name === b[index]?.name);
}
