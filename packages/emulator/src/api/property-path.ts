import { visit as visitJson } from 'jsonc-parser';
import { isMap, isScalar, LineCounter, parseDocument, visit as visitYaml } from 'yaml';

/** The way to a property: names of fields, and numbers of items. */
export type PropertyPath = readonly (string | number)[];

/** As the apiserver's decoder writes it: `spec.containers[0].image`. */
export function formatPath(path: PropertyPath): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');
}

/** The paths of all properties in a JSON text, in its order; a repeated property appears more than once. */
export function propertiesOfText(json: string): PropertyPath[] {
  const paths: PropertyPath[] = [];
  visitJson(json, {
    onObjectProperty: (name, _offset, _length, _line, _character, pathOf) => {
      paths.push([...pathOf(), name]);
    },
  });
  return paths;
}

/** The paths of all properties of a value, those of each object by name. */
export function* propertiesOfValue(value: unknown, path: PropertyPath = []): Generator<PropertyPath> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* propertiesOfValue(item, [...path, index]);
    return;
  }
  for (const [name, item] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    yield [...path, name];
    yield* propertiesOfValue(item, [...path, name]);
  }
}

/** Repeated keys in a YAML text, as Go's parser reports them: `line 6: key "replicas" already set in map`. */
export function repeatedKeys(yaml: string): string[] {
  const lines = new LineCounter();
  const repeated: string[] = [];
  visitYaml(parseDocument(yaml, { lineCounter: lines, uniqueKeys: false }), {
    Map(_, map) {
      if (!isMap(map)) return;
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const { line } = lines.linePos(key.range?.[0] ?? 0);
        if (seen.has(key.value)) repeated.push(`line ${line}: key ${JSON.stringify(key.value)} already set in map`);
        seen.add(key.value);
      }
    },
  });
  return repeated;
}
