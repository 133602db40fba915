import type { Column, Row } from '#features/kube/table-rows.ts';
import type { Measurement } from './usage.ts';
import { usageKey } from './usage.ts';

/** The columns with measured usage. Their cells are numbers: cores and bytes, null if not measured. */
export const USAGE_COLUMNS: readonly Column[] = [
  { name: 'CPU', meaning: 'cpu', priority: 0, description: 'CPU in use, measured by metrics-server.' },
  { name: 'Memory', meaning: 'memory', priority: 0, description: 'Memory in use, measured by metrics-server.' },
];

/** Where the columns go: before the age, which is the last of the narrow columns. */
function placeOf(columns: readonly Column[]): number {
  const age = columns.findIndex(({ meaning }) => meaning === 'age');
  return age === -1 ? columns.length : age;
}

export function withUsageColumns(columns: readonly Column[]): readonly Column[] {
  return columns.length === 0 ? columns : columns.toSpliced(placeOf(columns), 0, ...USAGE_COLUMNS);
}

interface Joined {
  row: Row;
  measurement: Measurement | undefined;
  place: number;
}

/** Adds measurements to the rows of a table, by name. A row whose object and measurement are unchanged stays the same. */
export class UsageJoin {
  #joined = new WeakMap<Row, Joined>();

  join(
    table: { items: readonly Row[]; columns: readonly Column[] },
    measurements: ReadonlyMap<string, Measurement>,
  ): readonly Row[] {
    const place = placeOf(table.columns);
    return table.items.map((row) => {
      const measurement = measurements.get(usageKey(row.namespace, row.name));
      const known = this.#joined.get(row);
      if (known?.measurement === measurement && known?.place === place) return known.row;
      const { cpu = null, memory = null } = measurement?.usage ?? {};
      const next = { row: { ...row, cells: row.cells.toSpliced(place, 0, cpu, memory) }, measurement, place };
      this.#joined.set(row, next);
      return next.row;
    });
  }
}
