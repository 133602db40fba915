import { type Field, type Type, typeNamed } from '../schema/types.ts';
import { type Fields, isFields } from './fields.ts';

/** Applies a JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

const SET_ORDER = '$setElementOrder/';
const DELETE_ITEMS = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch: lists of objects are merged by the key named in the type, with the directives `$patch`,
 * `$setElementOrder`, `$retainKeys` and `$deleteFromPrimitiveList`.
 * @param type undefined if unknown, in which case lists are replaced.
 */
export function strategicMerge(target: unknown, patch: unknown, type: Type | undefined): unknown {
  if (!isFields(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  let merged: Fields = isFields(target) ? { ...target } : {};
  if (Array.isArray(patch['$retainKeys'])) {
    const kept = new Set(patch['$retainKeys']);
    merged = Object.fromEntries(Object.entries(merged).filter(([key]) => kept.has(key)));
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_ITEMS)) {
      const name = key.slice(DELETE_ITEMS.length);
      const unwanted = new Set(Array.isArray(value) ? value : []);
      const items = merged[name];
      if (Array.isArray(items)) merged[name] = items.filter((item) => !unwanted.has(item));
    } else if (!key.startsWith('$')) {
      const field = type?.fields.get(key);
      if (value === null) delete merged[key];
      else merged[key] = mergeField(merged[key], value, field);
    }
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(SET_ORDER) || !Array.isArray(order)) continue;
    const name = key.slice(SET_ORDER.length);
    const items = merged[name];
    if (Array.isArray(items)) merged[name] = inOrder(items, order, type?.fields.get(name)?.mergeKey);
  }
  return merged;
}

function mergeField(target: unknown, patch: unknown, field: Field | undefined): unknown {
  const type = field === undefined ? undefined : typeNamed(field.type);
  if (!Array.isArray(patch)) return strategicMerge(target, patch, field?.map ? undefined : type);
  const key = field?.mergeKey;
  if (key === undefined || !Array.isArray(target))
    return patch.filter((item) => !isDeletion(item)).map(withoutDirectives);
  if (key === '=') return [...new Set([...target, ...patch])];
  const items: unknown[] = [...target];
  for (const change of patch) {
    if (!isFields(change)) continue;
    if (change['$patch'] === 'replace') return patch.filter((item) => item !== change).map(withoutDirectives);
    const at = items.findIndex((item) => isFields(item) && item[key] === change[key]);
    if (isDeletion(change)) {
      if (at !== -1) items.splice(at, 1);
    } else if (at === -1) items.push(strategicMerge({}, change, type));
    else items[at] = strategicMerge(items[at], change, type);
  }
  return items;
}

const isDeletion = (item: unknown) => isFields(item) && item['$patch'] === 'delete';

function withoutDirectives(value: unknown): unknown {
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('$')));
}

/** Sorts the items named in `order`; the others follow in their own order. */
function inOrder(items: unknown[], order: unknown[], key: string | undefined): unknown[] {
  const keyOf = (item: unknown) => (key !== undefined && key !== '=' && isFields(item) ? item[key] : item);
  const places = new Map(order.map((item, index) => [keyOf(item), index]));
  const placeOf = (item: unknown) => places.get(keyOf(item)) ?? order.length;
  return items.toSorted((a, b) => placeOf(a) - placeOf(b));
}
