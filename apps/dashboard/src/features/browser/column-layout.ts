import type { Column, Row } from '#features/kube/table-rows.ts';
import type { RowStates } from './row-state.ts';
import { isStateColumn } from './state-tone.ts';

/** A column on the page; `index` is that of its cells. */
export interface ShownColumn {
  column: Column;
  index: number;
}

/**
 * The column that serves as a row's title. Where the server gives the name low priority (an event's is a hash), the column of
 * the object concerned is used.
 */
export function titleColumn(columns: readonly Column[]): ShownColumn | undefined {
  const name = columns.find(({ meaning }) => meaning === 'name');
  const index = columns.findIndex((column) => column.name === 'Object');
  const column = columns[index];
  return name === undefined || name.priority === 0 || column === undefined ? undefined : { column, index };
}

/** Columns that a person has switched on or off, by name. */
export type ColumnChoice = Readonly<Record<string, boolean>>;

/** Wide columns are off by default; the name is separate and always shown. */
export const isShown = (column: Column, choice: ColumnChoice): boolean => choice[column.name] ?? column.priority === 0;

export function shownColumns(columns: readonly Column[], choice: ColumnChoice): ShownColumn[] {
  const title = titleColumn(columns);
  return columns
    .map((column, index) => ({ column, index }))
    .filter(({ column, index }) => column.meaning !== 'name' && index !== title?.index && isShown(column, choice));
}

/** The title of a row. */
export const titleOf = (row: Row, title: ShownColumn | undefined): string =>
  title === undefined ? row.name : String(row.cells[title.index] ?? row.name);

/** Measured numbers are compared down a column, so their digits are aligned. */
export const isRightAligned = ({ meaning }: Column): boolean => meaning === 'cpu' || meaning === 'memory';

/** Room for a chart, a number and a bar, in pixels. */
const USAGE = 152;
/** The least width of a column with long text, in pixels. */
const LONG_TEXT = 260;
const CHARACTER = 7;
const PADDING = 26;
/** Width of a state's dot with its gap, in characters. */
const DOT = 4;
/** Minimum width of a column in characters, because our ages are longer than the server's: `2h 11m` instead of `131m`. */
const least: Partial<Record<Column['meaning'], number>> = { age: 8, elapsed: 9, restarts: 13 };
/** Number of rows that are measured, as a sample. */
const SAMPLE = 400;

/** The width of each column: that of its content, within limits. Long text gets the remaining space. */
export function gridTemplate(
  rows: readonly Row[],
  how: {
    shown: readonly ShownColumn[];
    title: ShownColumn | undefined;
    namespace: boolean;
    select: boolean;
    states?: RowStates;
  },
): string {
  const sample = rows.slice(0, SAMPLE);
  const longest = (text: (row: Row) => string, header: string) =>
    sample.reduce((most, row) => Math.max(most, text(row).length), header.length + 3);
  const pixels = (characters: number, most: number) => Math.round(Math.min(characters, most) * CHARACTER + PADDING);
  const tracks: Track[] = [];
  const add = (width: number, eagerness = 1) => tracks.push({ width, weight: width * eagerness });
  const name = longest((row) => titleOf(row, how.title), how.title?.column.name ?? 'Name');
  add(pixels(name, 44), 1.5);
  if (how.namespace) {
    const namespace = longest((row) => row.namespace, 'Namespace');
    add(pixels(namespace, 24));
  }
  for (const { column, index } of how.shown) {
    if (isRightAligned(column)) {
      add(USAGE);
      continue;
    }
    const states = how.states?.column === column ? how.states : undefined;
    const length = Math.max(
      longest((row) => states?.of(row, row.at)?.word ?? String(row.cells[index] ?? ''), column.name) +
        (isStateColumn(column.name) ? DOT : 0),
      least[column.meaning] ?? 0,
    );
    if (length > 40) add(LONG_TEXT, 2.5);
    else add(pixels(length, 40), column.meaning === 'age' ? 0.4 : 1);
  }
  return [how.select ? '36px' : '', ...writeTracks(tracks), '40px'].filter((part) => part !== '').join(' ');
}

interface Track {
  /** In pixels. */
  width: number;
  /** How much of the free space it gets, compared with the others. */
  weight: number;
}

/**
 * Free space goes to the columns in proportion to their weights. No factor is above 1, because such a column would make the others
 * wider than they need where the table is as wide as its content.
 */
function writeTracks(tracks: readonly Track[]): string[] {
  const heaviest = Math.max(...tracks.map(({ weight }) => weight));
  return tracks.map(({ width, weight }) => `minmax(${width}px, ${Number((weight / heaviest).toFixed(3))}fr)`);
}
