import type { RingChange } from './line-ring.ts';
import { ignoringCase, type LineTest } from './log-filter.ts';
import type { LogLine } from './log-line.ts';

export interface ViewQuery {
  /** Undefined if every line is shown. */
  test: LineTest | undefined;
  /** Text to search for in the lines shown; empty for none. */
  search: string;
}

/** The lines shown, and where the searched text is. Never changes. */
export interface ShownLines {
  lines: readonly LogLine[];
  /** Number of lines that were shown before the first of `lines` and have been dropped. */
  removed: number;
  /** Indices of the lines that contain the searched text. */
  matches: readonly number[];
}

/** How many lines are tested between two looks at the clock. */
const STRIDE = 64;

/**
 * Applies a filter and a search to a ring of lines. It tests each line once, when it is new, and works in slices, so that neither a
 * hundred thousand lines nor a slow filter block the page. After a change of the query, it shows the old result until the new one is
 * complete.
 */
export class LineView {
  #query: ViewQuery = { test: undefined, search: '' };
  #pattern: RegExp | undefined;
  #visible: LogLine[] = [];
  /** The place of each visible line among all lines ever in the ring. */
  #places: number[] = [];
  #matches: number[] = [];
  /** Number of lines that were dropped from the ring. */
  #base = 0;
  /** Number of visible lines that were dropped. */
  #removed = 0;
  /** Number of lines in the ring that have been tested. */
  #done = 0;
  #complete = true;
  #shown: ShownLines = { lines: [], removed: 0, matches: [] };

  /** The result; the same object until `work` or `apply` change it. */
  get shown(): ShownLines {
    return this.#shown;
  }

  setQuery(query: ViewQuery): void {
    this.#query = query;
    this.#pattern = query.search === '' ? undefined : ignoringCase(query.search);
    this.#visible = [];
    this.#places = [];
    this.#matches = [];
    this.#removed = 0;
    this.#done = 0;
    this.#complete = false;
  }

  /** Call after every change of the ring, before `work`. */
  apply({ dropped, from }: RingChange): void {
    this.#base += dropped;
    this.#done = Math.min(Math.max(0, this.#done - dropped), from);
    const end = this.#base + from;
    while ((this.#places.at(-1) ?? -1) >= end) {
      this.#places.pop();
      this.#visible.pop();
    }
    const gone = dropped === 0 ? 0 : this.#places.findIndex((place) => place >= this.#base);
    const count = gone === -1 ? this.#places.length : gone;
    if (count > 0) {
      this.#places = this.#places.slice(count);
      this.#visible = this.#visible.slice(count);
      this.#removed += count;
    }
    const [first, last] = [this.#removed, this.#removed + this.#visible.length];
    while ((this.#matches.at(-1) ?? -1) >= last) this.#matches.pop();
    if (count > 0) this.#matches = this.#matches.filter((ordinal) => ordinal >= first);
  }

  /** Tests lines until none is left, or `hasTime` says that this is enough. @returns whether none is left. */
  work(lines: readonly LogLine[], hasTime: () => boolean): boolean {
    const { test } = this.#query;
    for (let index = this.#done; index < lines.length; index++) {
      if (index % STRIDE === 0 && !hasTime()) {
        this.#done = index;
        this.#publish();
        return false;
      }
      const line = lines[index];
      if (line === undefined || (test !== undefined && !test(line))) continue;
      if (this.#pattern?.test(line.text) === true && line.seam !== true)
        this.#matches.push(this.#removed + this.#visible.length);
      this.#visible.push(line);
      this.#places.push(this.#base + index);
    }
    this.#done = lines.length;
    this.#complete = true;
    this.#publish();
    return true;
  }

  #publish(): void {
    if (!this.#complete) return;
    const removed = this.#removed;
    const matches = removed === 0 ? this.#matches.slice() : this.#matches.map((ordinal) => ordinal - removed);
    this.#shown = { lines: this.#visible.slice(), removed, matches };
  }
}
