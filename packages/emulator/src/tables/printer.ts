import type { KubeObject } from '../model/object.ts';

/** A column as the apiserver prints it (pkg/printers/internalversion/printers.go). */
export interface Column {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 0: always shown; 1: only in the wide table. */
  priority: number;
}

export type Cell = string | number | boolean | null;

/** How to print the objects of a kind as rows. */
export interface Printer {
  columns: Column[];
  cells(object: KubeObject, now: number): Cell[];
  /** Row conditions, which mark completed objects. */
  conditions?(object: KubeObject): object;
}

/**
 * Columns from their names: `Name` has the format `name`; the prefix `*` means wide only; a suffix like `:integer` is the type.
 */
export function columns(names: string): Column[] {
  return names.split('|').map((text) => {
    const wide = text.startsWith('*');
    const [name = '', type = 'string'] = text.slice(wide ? 1 : 0).split(':');
    return { name, type, format: name === 'Name' ? 'name' : '', description: describe(name), priority: wide ? 1 : 0 };
  });
}

function describe(name: string): string {
  if (name === 'Name') return 'Name must be unique within a namespace.';
  if (name === 'Age') return 'The time since the object was created.';
  return `${name} of the object.`;
}
