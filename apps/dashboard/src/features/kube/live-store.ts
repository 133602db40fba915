import type { Column } from './table-rows.ts';

/** Calls back once, before the next paint if there is one. */
export type Schedule = (commit: () => void) => void;

export interface Snapshot<T> {
  items: readonly T[];
  /** The columns of a table; otherwise empty. */
  columns: readonly Column[];
  /** Increases with every commit. */
  version: number;
}

/** With more items than this, commits are less frequent: counting or sorting all of them in every frame would block the page. */
const LARGE = 2000;
const LARGE_INTERVAL_MS = 250;
/** While a long list is loading, its commits are rarer still: this many milliseconds for each thousand items. */
const LOADING_INTERVAL_MS = 40;

export interface LiveStoreOptions<T> {
  key: (item: T) => string;
  /** Changes whenever the object does; empty if unknown. */
  version: (item: T) => string;
  /** The item to keep when `item` is added or replaces `before`; default: `item` itself. */
  replace?: ((before: T | undefined, item: T, how: { live: boolean }) => T) | undefined;
  schedule: Schedule;
  onCommit: () => void;
}

/** The items of a list, outside React: a map by key that may change at any time, and is rendered at most once per frame. */
export class LiveStore<T> {
  readonly #items = new Map<string, T>();
  readonly #options: LiveStoreOptions<T>;
  #columns: readonly Column[] = [];
  #snapshot: Snapshot<T> = { items: [], columns: [], version: 0 };
  #pending = false;

  constructor(options: LiveStoreOptions<T>) {
    this.#options = options;
  }

  /** The current snapshot; the same object between commits. */
  get snapshot(): Snapshot<T> {
    return this.#snapshot;
  }

  setColumns(columns: readonly Column[]): void {
    if (columns.length === 0 || sameColumns(columns, this.#columns)) return;
    this.#columns = columns;
    this.#touch();
  }

  /** Whether there are changes that are not committed yet. */
  get isPending(): boolean {
    return this.#pending;
  }

  /** Adds or replaces items. An unchanged object keeps its old item, so that listing again has no visible effect. */
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
    if (changed) this.#touch(how);
  }

  remove(keys: Iterable<string>): void {
    let changed = false;
    for (const key of keys) changed = this.#items.delete(key) || changed;
    if (changed) this.#touch();
  }

  /** Commits pending changes now. @returns whether there were any. */
  flush(): boolean {
    if (!this.#pending) return false;
    this.#commit();
    return true;
  }

  #touch({ live }: { live: boolean } = { live: true }): void {
    if (this.#pending) return;
    this.#pending = true;
    const commit = () => this.flush();
    const { length } = this.#snapshot.items;
    const loading = live ? 0 : (length / 1_000) * LOADING_INTERVAL_MS;
    if (length > LARGE) setTimeout(commit, Math.max(LARGE_INTERVAL_MS, loading));
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
