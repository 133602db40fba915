import type { ReactNode } from 'react';
import { cn } from '../class-names.ts';

export interface Column<T> {
  header: string;
  cell: (row: T) => ReactNode;
  align?: 'right';
  /** The header is visible to screen readers only. */
  quiet?: boolean;
  className?: string;
}

export interface DataTableProps<T> {
  /** Describes the rows, for screen readers. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
}

/**
 * A plain table for tens of rows. On a phone each row becomes a list of values, each with its heading.
 */
export function DataTable<T>({ label, columns, rows, keyOf }: DataTableProps<T>) {
  return (
    <div className="overflow-hidden rounded-lg border bg-surface">
      <table aria-label={label} className="w-full max-md:block">
        <thead className="border-b max-md:sr-only">
          <tr>
            {columns.map((column) => (
              <th
                key={column.header}
                scope="col"
                className={cn(
                  'h-9 px-3 font-normal text-faint text-xs first:pl-4 last:pr-3',
                  column.align === 'right' ? 'text-right' : 'text-left',
                )}
              >
                <span className={cn(column.quiet && 'sr-only')}>{column.header}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-md:block">
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              className="border-b last:border-b-0 hover:bg-hover max-md:block max-md:px-4 max-md:py-3"
            >
              {columns.map((column) => (
                <td
                  key={column.header}
                  className={cn(
                    'px-3 py-2 align-middle first:pl-4 last:pr-3 max-md:flex max-md:justify-between max-md:gap-4 max-md:px-0! max-md:py-0.5',
                    column.align === 'right' && 'md:text-right',
                    column.className,
                  )}
                >
                  <span aria-hidden className={cn('shrink-0 text-faint md:hidden', column.quiet && 'invisible')}>
                    {column.header}
                  </span>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
