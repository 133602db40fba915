import { type FieldMask, keepFields } from './fields.ts';
import { controllerOf, keyOf } from './kube-object.ts';
import { list, number, record, strings, text } from './read.ts';

/** One value of a server-side table. */
export type Cell = string | number | boolean | null;

/**
 * The meaning of a column's values. `age`: computed from the object's creation. `elapsed`: a duration that was correct when it
 * was sent. `restarts`: a number, possibly with such a duration in brackets. `cpu` and `memory`: measured usage in cores and
 * bytes, which we add ourselves. Others are shown as they are.
 */
export type ColumnMeaning = 'name' | 'age' | 'elapsed' | 'restarts' | 'cpu' | 'memory' | 'plain';

export interface Column {
  name: string;
  meaning: ColumnMeaning;
  /** 0 is always shown; higher ones are "wide". */
  priority: number;
  description: string;
}

/** One object in a table. */
export interface Row {
  /** The object's uid, or its namespace and name for the few kinds without one. */
  key: string;
  name: string;
  namespace: string;
  /** Milliseconds since 1970; NaN if unknown. */
  created: number;
  deleting: boolean;
  /** By when it should be gone, in milliseconds since 1970, if it is being deleted. */
  due?: number;
  /** The kind of the object's controller, which may replace it; empty if it has none. */
  controller: string;
  labels: Readonly<Record<string, string>>;
  resourceVersion: string;
  cells: readonly Cell[];
  /** When it was received; elapsed times in cells were correct at that time. */
  at: number;
  /** When a watch last changed a visible value; 0 if the row is from the list. */
  changedAt: number;
  /** The fields of the object's metadata that the format asks for. */
  metadata?: Readonly<Record<string, unknown>>;
}

export interface TablePage {
  columns: readonly Column[];
  rows: readonly Row[];
  resourceVersion: string;
  /** Token of the next page; empty at the end. */
  next: string;
  /** How many items follow after this page, if the server reports it. */
  remaining: number | undefined;
}

/**
 * Parses a meta/v1 Table, keeping only what is shown: managedFields alone would be 59 % of the bytes. `metadata`: fields of each
 * object's metadata to keep as well.
 */
export function readTable(body: unknown, at: number, metadata?: FieldMask): TablePage {
  return {
    columns: list(body, 'columnDefinitions').map(readColumn),
    rows: list(body, 'rows').map((row) => readRow(row, at, metadata)),
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
  // What has no age column says when it was created, as an instant.
  if (name === 'Age' || name === 'Created At') return 'age';
  if (name === 'Restarts') return 'restarts';
  if (text(definition, 'type') === 'date' || name === 'Last Seen' || name === 'First Seen') return 'elapsed';
  return 'plain';
}

function readRow(row: unknown, at: number, keep: FieldMask | undefined): Row {
  const metadata = record(row, 'object', 'metadata');
  const name = text(metadata, 'name') ?? '';
  const namespace = text(metadata, 'namespace') ?? '';
  const deletion = text(metadata, 'deletionTimestamp');
  return {
    key: keyOf(metadata),
    name,
    namespace,
    created: Date.parse(text(metadata, 'creationTimestamp') ?? ''),
    deleting: deletion !== undefined,
    ...(deletion !== undefined && { due: Date.parse(deletion) }),
    controller: controllerOf(metadata),
    labels: strings(metadata, 'labels'),
    resourceVersion: text(metadata, 'resourceVersion') ?? '',
    cells: list(row, 'cells').map(readCell),
    at,
    changedAt: 0,
    ...(keep !== undefined && { metadata: keepFields(metadata, keep) }),
  };
}

function readCell(cell: unknown): Cell {
  if (typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') return cell;
  return cell === null || cell === undefined ? null : JSON.stringify(cell);
}

/** The row that replaces another, with the time of the change if a watch changed a visible value. */
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

/** Whether cells are equal, ignoring durations, which differ in every response. */
function alike(a: Row['cells'][number], b: Row['cells'][number] | undefined): boolean {
  if (a === b) return true;
  const still = (cell: unknown) => String(cell).replace(/(?:\d+[ydhms])+/g, '');
  return typeof a === 'string' && typeof b === 'string' && /\d[ydhms]/.test(a) && still(a) === still(b);
}
