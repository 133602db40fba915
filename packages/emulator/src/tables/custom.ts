import type { CustomResourceDefinition } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { age } from './age.ts';
import { type Cell, columns, type Printer } from './printer.ts';

/** For any kind: name and age. */
export const plainPrinter: Printer = {
  columns: columns('Name|Age'),
  cells: (object: KubeObject, now: number) => [object.metadata.name, age(object.metadata.creationTimestamp, now)],
};

/** For a custom resource, with the printer columns of its definition. */
export function customPrinter(definition: CustomResourceDefinition, version: string): Printer {
  const own = definition.spec.versions.find(({ name }) => name === version)?.additionalPrinterColumns;
  if (own === undefined || own.length === 0) return plainPrinter;
  return {
    columns: [
      ...columns('Name'),
      ...own.map(({ name, type, format = '', description = '', priority = 0 }) => ({
        name,
        type,
        format,
        description,
        priority,
      })),
    ],
    cells: (object: KubeObject, now: number) => [
      object.metadata.name,
      ...own.map(({ jsonPath, type }) => cell(valueAt(object, jsonPath), type, now)),
    ],
  };
}

/** The value at a simple JSON path: `.spec.size`, `.metadata.labels['a/b']`, `.items[0].name`. */
function valueAt(object: KubeObject, jsonPath: string): unknown {
  let value: unknown = object;
  for (const match of jsonPath.matchAll(/\.([\w-]+)|\[(?:'([^']*)'|"([^"]*)"|(\d+))\]/g)) {
    const step = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function cell(value: unknown, type: string, now: number): Cell {
  if (value === undefined || value === null) return null;
  if (type === 'date') return age(String(value), now);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}
