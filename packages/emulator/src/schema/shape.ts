import { declaredFields } from './declared-fields.ts';

/** What fields an object, or each object of a list, may have. */
export interface Shape {
  /** The shape of a field's value; undefined if there is no such field. */
  field(name: string): Shape | undefined;
}

/** Anything may be in it. */
export const open: Shape = { field: () => open };

interface Declaration {
  type: string;
  isMap: boolean;
}

/** By the name of the type; undefined for fields that contain no others. */
const types = new Map(
  declaredFields
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', fields = ''] = line.split(/: (.*)/s);
      return [name, new Map(fields.split(' ').map(parseField))] as const;
    }),
);

function parseField(text: string): [name: string, declaration: Declaration | undefined] {
  const [, name = '', arrow, type] = /^([^>]+)(>{1,2})?(.+)?$/.exec(text) ?? [];
  return [name, type === undefined ? undefined : { type, isMap: arrow === '>>' }];
}

/** The shape of a built-in type; undefined if its fields are not known here. */
export function shapeOfType(name: string): Shape | undefined {
  const fields = types.get(name);
  if (fields === undefined) return undefined;
  return {
    field(field) {
      if (!fields.has(field)) return undefined;
      const declaration = fields.get(field);
      const shape = declaration && shapeOfType(declaration.type);
      if (shape === undefined) return open;
      return declaration?.isMap ? { field: () => shape } : shape;
    },
  };
}
