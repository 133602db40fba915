import { formatAge } from '#components/format/age.ts';
import { formatBytes } from '#components/format/bytes.ts';
import { formatCores, parseQuantity } from '#components/format/quantity.ts';
import { parseDuration } from './duration.ts';
import type { Cell, Column, Row } from './table-rows.ts';

const restarts = /^(\d+)(?: \((\S+) ago\))?$/;

/** The text of a cell at `now`. Ages are computed from the object, so that they stay correct while the table is open. */
export function cellText(column: Column, cell: Cell | undefined, { row, now }: { row: Row; now: number }): string {
  if (column.meaning === 'age' && !Number.isNaN(row.created)) return formatAge(now - row.created);
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number' && column.meaning === 'cpu') return formatCores(cell);
  if (typeof cell === 'number' && column.meaning === 'memory') return formatBytes(cell);
  const written = String(cell);
  if (column.meaning === 'elapsed' || column.meaning === 'age') {
    const then = sinceOf(written, row);
    return then === undefined ? written : formatAge(now - then);
  }
  if (column.meaning === 'restarts') {
    const [, count, ago] = restarts.exec(written) ?? [];
    const then = ago === undefined ? undefined : parseDuration(ago);
    if (then !== undefined) return `${count} (${formatAge(then + now - row.at)} ago)`;
  }
  return written;
}

/** Whether a cell's text changes with time. */
export function ticks(column: Column): boolean {
  return column.meaning === 'age' || column.meaning === 'elapsed' || column.meaning === 'restarts';
}

/** The instant that a cell refers to, in milliseconds since 1970; undefined if there is none. */
export function cellInstant(column: Column, cell: Cell | undefined, row: Row): number | undefined {
  if (column.meaning === 'age' && !Number.isNaN(row.created)) return row.created;
  if (column.meaning !== 'age' && column.meaning !== 'elapsed') return undefined;
  return sinceOf(String(cell ?? ''), row);
}

/** The instant of a time in a cell, in milliseconds since 1970: a duration that ended when the row was sent, or an RFC 3339 time. */
function sinceOf(written: string, row: Row): number | undefined {
  const duration = parseDuration(written);
  if (duration !== undefined) return row.at - duration;
  const instant = /^\d{4}-\d\d-\d\dT/.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

/**
 * The sort key of a cell: a number if the text is one in some form (a count, `1/2`, `15%`, `250m`, `1Gi`, `3m12s`, an age),
 * otherwise text; undefined for Kubernetes' texts for "nothing", which always sort last.
 */
export function sortValue(column: Column, cell: Cell | undefined, row: Row): number | string | undefined {
  const instant = cellInstant(column, cell, row);
  // The youngest first, because a short age is a small one.
  if (instant !== undefined) return -instant;
  if (column.meaning === 'name') return row.name;
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (cell === null || cell === undefined) return undefined;
  const written = cell.trim();
  if (written === '' || written === '<none>' || written === '<unknown>' || written === '<unset>') return undefined;
  if (!/^[+-.\d]/.test(written)) return written;
  const ratio = /^(\d+)\/(\d+)$/.exec(written);
  if (ratio !== null) return Number(ratio[2]) === 0 ? 0 : Number(ratio[1]) / Number(ratio[2]);
  const percent = /^(\d+(?:\.\d+)?)%/.exec(written);
  if (percent !== null) return Number(percent[1]);
  const count = restarts.exec(written);
  if (count !== null) return Number(count[1]);
  // Tries a quantity before a duration: `5m` of CPU and five minutes look the same, and within one column sort the same.
  const quantity = parseQuantity(written);
  if (!Number.isNaN(quantity)) return quantity;
  return parseDuration(written) ?? written;
}

/** Sorts numbers before text, each in its own order; undefined is last in both directions. */
export function compareValues(
  a: number | string | undefined,
  b: number | string | undefined,
  descending: boolean,
): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const order = typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1;
  return descending ? -order : order;
}
