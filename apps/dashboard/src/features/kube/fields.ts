import { get, record } from './read.ts';

/** The wanted fields of an object; `true` means a field with everything below it. Applies to each item of a list. */
export type FieldMask = { readonly [field: string]: true | FieldMask };

/** A copy with only these fields. Leaves out missing fields, and values that are not objects where the mask goes deeper. */
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
