import { LineCounter, parseDocument, stringify } from 'yaml';
import { record } from '#features/kube/read.ts';
import { withoutServerFields } from './merge.ts';

const first = ['apiVersion', 'kind', 'metadata', 'type', 'immutable', 'spec', 'data'];
const HIDDEN = '(hidden)';

/** An object as YAML, in kubectl's order. */
export function writeYaml(
  object: Record<string, unknown>,
  options: { managedFields: boolean; hideData: boolean },
): string {
  const { managedFields, ...metadata } = record(object, 'metadata');
  const shown: Record<string, unknown> = {
    ...object,
    metadata: options.managedFields && managedFields !== undefined ? { ...metadata, managedFields } : metadata,
  };
  if (options.hideData) {
    for (const part of ['data', 'stringData']) {
      if (shown[part] !== undefined)
        shown[part] = Object.fromEntries(Object.keys(record(object, part)).map((key) => [key, HIDDEN]));
    }
    // Contains the applied manifest again, unmasked.
    const annotations = record(metadata, 'annotations');
    const applied = 'kubectl.kubernetes.io/last-applied-configuration';
    if (applied in annotations) shown['metadata'] = { ...metadata, annotations: { ...annotations, [applied]: HIDDEN } };
  }
  const keys = Object.keys(shown).sort((a, b) => place(a) - place(b));
  return stringify(Object.fromEntries(keys.map((key) => [key, shown[key]])), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

const place = (key: string): number =>
  first.includes(key) ? first.indexOf(key) : key === 'status' ? first.length + 1 : first.length;

/** YAML for a diff, without fields that the server changes. */
export const writeYamlForDiff = (object: Record<string, unknown>, { hideData = false } = {}): string =>
  writeYaml(withoutServerFields(object), { managedFields: false, hideData });

/** Parses edited YAML, which must be a single document and an object; otherwise returns an error with the line. */
export function readYaml(
  written: string,
): { object: Record<string, unknown> } | { error: string; line: number | undefined } {
  const lines = new LineCounter();
  const document = parseDocument(written, { lineCounter: lines, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    return {
      error: `Line ${line}: ${problem.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`,
      line,
    };
  }
  // Aliases can expand without limit, and a manifest needs none.
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'This is not valid YAML.', line: undefined };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { error: 'A manifest is an object with apiVersion, kind and metadata.', line: 1 };
  return { object: value as Record<string, unknown> };
}
