import { printable } from './printable.ts';

/** A table in kubectl's style, with aligned columns; cells are made printable. */
export function table(columns: string[], rows: string[][]): string {
  const lines = [columns, ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
