import type { Column, Row } from './table-rows.ts';

/** Calls back once, before the next paint where there is one. */
export type Schedule = (commit: () => void) => void;

export interface Rows {
  rows: readonly Row[];
  columns: readonly Column[];
  /** Rises with every commit. */
  version: number;
}

/** Above so many rows commits are spaced out: sorting them all at every frame would starve the page. */
const LARGE = 2000;
const LARGE_INTERVAL_MS = 250;

/**
 * The rows of a table, outside of React: a map by uid, changed as often as the watches like, shown at most once a frame.
 */
export class RowStore {
  readonly #rows = new Map<string, Row>();
  readonly #schedule: Schedule;
  readonly #onCommit: () => void;
  #columns: readonly Column[] = [];
  #snapshot: Rows = { rows: [], columns: [], version: 0 };
  #pending = false;

  constructor(options: { schedule: Schedule; onCommit: () => void }) {
    this.#schedule = options.schedule;
    this.#onCommit = options.onCommit;
  }

  /** Stable between commits. */
  get snapshot(): Rows {
    return this.#snapshot;
  }

  get size(): number {
    return this.#rows.size;
  }

  setColumns(columns: readonly Column[]): void {
    if (columns.length === 0 || sameColumns(columns, this.#columns)) return;
    this.#columns = columns;
    this.#touch();
  }

  /** Adds or replaces. What the server says is unchanged keeps its old row, so that a relist shows nothing. */
  put(rows: readonly Row[], { live }: { live: boolean }): void {
    let changed = false;
    for (const row of rows) {
      const before = this.#rows.get(row.key);
      if (before !== undefined && before.resourceVersion === row.resourceVersion && row.resourceVersion !== '')
        continue;
      const shows = before === undefined || !sameLooks(before, row);
      const changedAt = live && shows ? row.at : (before?.changedAt ?? 0);
      this.#rows.set(row.key, { ...row, changedAt });
      changed = true;
    }
    if (changed) this.#touch();
  }

  remove(keys: Iterable<string>): void {
    let changed = false;
    for (const key of keys) changed = this.#rows.delete(key) || changed;
    if (changed) this.#touch();
  }

  #touch(): void {
    if (this.#pending) return;
    this.#pending = true;
    const commit = () => {
      this.#pending = false;
      this.#snapshot = { rows: [...this.#rows.values()], columns: this.#columns, version: this.#snapshot.version + 1 };
      this.#onCommit();
    };
    if (this.#snapshot.rows.length > LARGE) setTimeout(commit, LARGE_INTERVAL_MS);
    else this.#schedule(commit);
  }
}

function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return a.length === b.length && a.every((column, index) => column.name === b[index]?.name);
}

function sameLooks(a: Row, b: Row): boolean {
  return (
    a.deleting === b.deleting &&
    a.cells.length === b.cells.length &&
    a.cells.every((cell, index) => alike(cell, b.cells[index]))
  );
}

/** Lengths of time differ at every sending; that is no change. */
function alike(a: Row['cells'][number], b: Row['cells'][number] | undefined): boolean {
  if (a === b) return true;
  const still = (cell: unknown) => String(cell).replace(/(?:\d+[ydhms])+/g, '');
  return typeof a === 'string' && typeof b === 'string' && /\d[ydhms]/.test(a) && still(a) === still(b);
}
