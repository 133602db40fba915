import type { Shape } from '../schema/shape.ts';
import { formatPath, type PropertyPath } from './property-path.ts';

/** More problems say nothing more to anyone, and a body of 3 MiB may have 500,000. */
const MOST = 100;

/**
 * What a strict decoder objects to, in its words: fields that a shape does not have, and fields given more than once. What is in
 * an unknown field counts as part of it. At most 100.
 */
export function fieldProblems(paths: Iterable<PropertyPath>, shape: Shape): string[] {
  const seen = new Set<string>();
  const problems = new Set<string>();
  for (const path of paths) {
    if (problems.size === MOST) break;
    const name = formatPath(path);
    const known = shapeAt(shape, path.slice(0, -1));
    const last = path.at(-1);
    if (known === undefined || typeof last !== 'string') continue;
    if (known.field(last) === undefined) problems.add(`unknown field ${JSON.stringify(name)}`);
    else if (seen.has(name)) problems.add(`duplicate field ${JSON.stringify(name)}`);
    seen.add(name);
  }
  return [...problems];
}

/** The shape at a path; undefined below an unknown field. */
function shapeAt(shape: Shape, path: PropertyPath): Shape | undefined {
  let at: Shape | undefined = shape;
  for (const step of path) if (typeof step === 'string') at = at?.field(step);
  return at;
}

/**
 * The first field of an applied configuration that the schema does not declare, as server-side apply names it:
 * `.spec.containers[name="app"].imagge`.
 */
export function undeclaredField(value: unknown, shape: Shape, path = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    return firstOf(value, (item, index) => {
      const name = typeof item === 'object' && item !== null ? Reflect.get(item, 'name') : undefined;
      const step = typeof name === 'string' ? `name=${JSON.stringify(name)}` : index;
      return undeclaredField(item, shape, `${path}[${step}]`);
    });
  }
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return firstOf(fields, ([name, item]) => {
    const field = shape.field(name);
    return field === undefined ? `${path}.${name}` : undeclaredField(item, field, `${path}.${name}`);
  });
}

function firstOf<T>(items: T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
