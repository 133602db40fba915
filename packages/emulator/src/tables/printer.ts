import type { KubeObject } from '../model/object.ts';

/** A column as the apiserver prints it (pkg/printers/internalversion/printers.go). */
export interface Column {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 0: always; 1: in the wide table only. */
  priority: number;
}

export type Cell = string | number | boolean | null;

/** How a kind becomes rows. */
export interface Printer {
  columns: Column[];
  cells(object: KubeObject, now: number): Cell[];
  /** Marks rows whose object is done. */
  conditions?(object: KubeObject): object;
}

/**
 * Columns from their names: `Name` is marked as the name, `*` in front says wide only, `:integer` behind says the type.
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
