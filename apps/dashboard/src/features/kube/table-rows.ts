import { keyOf } from './kube-object.ts';
import { get, list, number, record, strings, text } from './read.ts';

/** One value of a server-side table. */
export type Cell = string | number | boolean | null;

/**
 * What a column's values mean. `age`: counted from the object's creation. `elapsed`: a length of time that was right when it
 * was sent. `restarts`: a number, perhaps with such a length in brackets. The rest stands as it is.
 */
export type ColumnMeaning = 'name' | 'age' | 'elapsed' | 'restarts' | 'plain';

export interface Column {
  name: string;
  meaning: ColumnMeaning;
  /** 0 is always shown, more is "wide". */
  priority: number;
  description: string;
}

/** One object in a table. */
export interface Row {
  /** The object's uid, or its place for the few kinds that have none. */
  key: string;
  name: string;
  namespace: string;
  /** Milliseconds since 1970; NaN when the object does not say. */
  created: number;
  deleting: boolean;
  labels: Readonly<Record<string, string>>;
  resourceVersion: string;
  cells: readonly Cell[];
  /** When it was received; what cells say of elapsed time was right then. */
  at: number;
  /** When a watch last changed what it shows; 0 when it came with the list. */
  changedAt: number;
}

export interface TablePage {
  columns: readonly Column[];
  rows: readonly Row[];
  resourceVersion: string;
  /** Token of the next page; empty at the end. */
  next: string;
  /** How many come after this page, where the server says so. */
  remaining: number | undefined;
}

/** Reads a meta/v1 Table, keeping only what is shown: managedFields alone would be 59 % of its bytes. */
export function readTable(body: unknown, at: number): TablePage {
  return {
    columns: list(body, 'columnDefinitions').map(readColumn),
    rows: list(body, 'rows').map((row) => readRow(row, at)),
    resourceVersion: text(body, 'metadata', 'resourceVersion') ?? '',
    next: text(body, 'metadata', 'continue') ?? '',
    remaining: number(body, 'metadata', 'remainingItemCount'),
  };
}

function readColumn(definition: unknown): Column {
  const name = text(definition, 'name') ?? '';
  return {
    name,
    meaning: meaningOf(definition, name),
    priority: number(definition, 'priority') ?? 0,
    description: text(definition, 'description') ?? '',
  };
}

function meaningOf(definition: unknown, name: string): ColumnMeaning {
  if (text(definition, 'format') === 'name' || name === 'Name') return 'name';
  if (name === 'Age') return 'age';
  if (name === 'Restarts') return 'restarts';
  if (text(definition, 'type') === 'date' || name === 'Last Seen' || name === 'First Seen') return 'elapsed';
  return 'plain';
}

function readRow(row: unknown, at: number): Row {
  const metadata = record(row, 'object', 'metadata');
  const name = text(metadata, 'name') ?? '';
  const namespace = text(metadata, 'namespace') ?? '';
  return {
    key: keyOf(metadata),
    name,
    namespace,
    created: Date.parse(text(metadata, 'creationTimestamp') ?? ''),
    deleting: get(metadata, 'deletionTimestamp') !== undefined,
    labels: strings(metadata, 'labels'),
    resourceVersion: text(metadata, 'resourceVersion') ?? '',
    cells: list(row, 'cells').map(readCell),
    at,
    changedAt: 0,
  };
}

function readCell(cell: unknown): Cell {
  if (typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') return cell;
  return cell === null || cell === undefined ? null : JSON.stringify(cell);
}

/** The row that replaces another: one whose looks a watch has changed says when. */
export function changedRow(before: Row | undefined, row: Row, { live }: { live: boolean }): Row {
  const shows = before === undefined || !sameLooks(before, row);
  return { ...row, changedAt: live && shows ? row.at : (before?.changedAt ?? 0) };
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
