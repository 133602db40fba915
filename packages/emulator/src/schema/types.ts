import { accessTypes } from './access-types.ts';
import { configurationTypes } from './configuration-types.ts';
import { podTypes } from './pod-types.ts';
import { workloadTypes } from './workload-types.ts';

/** A field. Its type is one of ours, or string, integer, number, boolean, quantity, time, intOrString, any. */
export interface Field {
  name: string;
  type: string;
  list: boolean;
  map: boolean;
  required: boolean;
  /** Strategic merges merge the items of this list by this field; `=` merges plain values. */
  mergeKey?: string;
  description: string;
}

export interface Type {
  name: string;
  description: string;
  fields: Map<string, Field>;
}

/**
 * Parses the text with the types of the served kinds: a line `Type = description`, then one indented line per field:
 * `name[!] [[]|[key]|map:]type description`, where `!` means required, `[]` a list, `[key]` a list merged by that key.
 */
function parseTypes(text: string): Map<string, Type> {
  const types = new Map<string, Type>();
  let current: Type | undefined;
  for (const line of text.split('\n')) {
    const head = /^(\w+) = (.*)$/.exec(line);
    if (head !== null) {
      const [, name = '', description = ''] = head;
      current = { name, description, fields: new Map() };
      types.set(name, current);
      continue;
    }
    const match = /^ {2}(?<name>[\w$]+)(?<required>!?) (?<shape>\[[\w=]*\]|map:)?(?<type>\w+) ?(?<text>.*)$/.exec(
      line,
    )?.groups;
    if (match === undefined || current === undefined) continue;
    const { name = '', required, shape = '', type = '', text: description = '' } = match;
    const mergeKey = /^\[(.+)\]$/.exec(shape)?.[1];
    current.fields.set(name, {
      name,
      type,
      list: shape.startsWith('['),
      map: shape === 'map:',
      required: required === '!',
      ...(mergeKey === undefined ? {} : { mergeKey }),
      description,
    });
  }
  return types;
}

const types = parseTypes([podTypes, workloadTypes, configurationTypes, accessTypes].join('\n'));

const meta = (name: string, type: string, description: string): [string, Field] => [
  name,
  { name, type, list: false, map: false, required: false, description },
];

/** The type of a kind; for an unknown kind, only the fields that every kind has. */
export function typeOfKind(kind: string): Type {
  const known = types.get(kind);
  const fields = new Map([
    meta('apiVersion', 'string', 'The version of the schema of this object.'),
    meta('kind', 'string', 'The kind of this object.'),
    meta('metadata', 'ObjectMeta', 'Standard metadata of the object.'),
    ...(known?.fields ?? []),
  ]);
  return { name: kind, description: known?.description ?? '', fields };
}

/** A type by its name; undefined for plain and unknown ones. */
export function typeNamed(name: string): Type | undefined {
  return types.get(name);
}
