import * as contracts from '@postern/contracts';
import { type Route, routes } from '@postern/contracts';
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** The contracts that are schemas, by the name they are exported under. */
const named = new Map(
  Object.entries(contracts).flatMap(([name, value]): [z.ZodType, string][] =>
    value instanceof z.ZodType ? [[value, name]] : [],
  ),
);

/** JSON Schemas (2020-12, as OpenAPI 3.1 takes them) of everything that goes in or out, by name. */
export interface SchemaSet {
  schemas: Record<string, JsonSchema>;
  /** `$ref` of a schema that is in the table of routes. */
  ref(schema: z.ZodType): JsonSchema;
}

/**
 * @param io `input`: what a caller may send, defaults left out. `output`: what we answer.
 */
export function schemaSet(io: 'input' | 'output'): SchemaSet {
  const registry = z.registry<{ id: string }>();
  const ids = new Map<z.ZodType, string>();
  const add = (schema: z.ZodType | undefined, fallback: string): void => {
    if (schema === undefined || ids.has(schema)) return;
    const id = named.get(schema) ?? fallback;
    ids.set(schema, id);
    registry.add(schema, { id });
  };
  for (const [operation, route] of Object.entries<Route>(routes)) {
    const name = operation[0]?.toUpperCase() + operation.slice(1);
    if (io === 'input') add(route.body, `${name}Request`);
    else add(route.response, `${name}Response`);
  }
  if (io === 'output') add(contracts.ApiErrorBody, 'ApiErrorBody');
  // What is inside others by name, so that it stands once.
  const inner = io === 'input' ? [] : [contracts.Cluster, contracts.ApiToken, contracts.Session, contracts.Joining];
  for (const schema of inner) add(schema, '');
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` });
  return {
    schemas: Object.fromEntries(
      Object.entries(schemas).map(([id, schema]) => [id, withoutIdentity(schema as JsonSchema)]),
    ),
    ref: (schema) => ({ $ref: `#/components/schemas/${ids.get(schema)}` }),
  };
}

/** A schema that stands by itself: of a parameter. */
export function inlineSchema(schema: z.ZodType): JsonSchema {
  return withoutIdentity(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
}

function withoutIdentity({ $schema: _, $id: __, id: ___, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
