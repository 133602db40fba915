import type { Column, Row } from '#features/kube/table-rows.ts';

/** A table's rows with `workloadMetadata`, and its columns. */
export interface Table {
  items: readonly Row[];
  columns: readonly Column[];
}

/** Clocks differ, and a controller needs a moment: writes this close together, in milliseconds, belong to one change. */
export const TOGETHER_MS = 10_000;

/** Reads the text of a row's column; empty if there is none. */
export function cellReader(columns: readonly Column[]): (row: Row, column: string) => string {
  const indexes = new Map(columns.map(({ name }, index) => [name, index]));
  return (row, column) => String(row.cells[indexes.get(column) ?? -1] ?? '');
}
