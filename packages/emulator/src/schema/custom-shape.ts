import { open, type Shape, shapeOfType } from './shape.ts';

/** The part of a structural schema (apiextensions.k8s.io/v1) that says which fields there are. */
interface Structural {
  properties?: Record<string, Structural>;
  items?: Structural;
  additionalProperties?: Structural | boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
}

/** The shape of a custom resource. @param schema of its definition; without one, anything is allowed. */
export function shapeOfCustomResource(schema: Structural | undefined): Shape {
  if (schema === undefined) return open;
  const own = structural(schema);
  const common: Record<string, Shape | undefined> = {
    apiVersion: open,
    kind: open,
    metadata: shapeOfType('ObjectMeta'),
  };
  return { field: (name) => common[name] ?? own.field(name) };
}

function structural(schema: Structural): Shape {
  if (schema.items !== undefined) return structural(schema.items);
  const { properties = {}, additionalProperties: others } = schema;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-embedded-resource'];
  return {
    field(name) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (property !== undefined) return structural(property);
      if (typeof others === 'object') return structural(others);
      return others === true || isOpen ? open : undefined;
    },
  };
}
