import { get, record } from './read.ts';

/** The fields of an object that somebody wants; `true`: that field with all below it. Lists are gone through item by item. */
export type FieldMask = { readonly [field: string]: true | FieldMask };

/** A copy with only these fields. What is missing, or is no object where the mask goes deeper, is left out. */
export function keepFields(value: unknown, mask: FieldMask): Record<string, unknown> {
  const from = record(value);
  const kept: Record<string, unknown> = {};
  for (const [field, below] of Object.entries(mask)) {
    const found = get(from, field);
    if (found === undefined || found === null) continue;
    if (below === true) kept[field] = found;
    else if (Array.isArray(found)) kept[field] = found.map((item) => keepFields(item, below));
    else if (typeof found === 'object') kept[field] = keepFields(found, below);
  }
  return kept;
}
