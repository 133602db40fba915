import * as contracts from '@postern/contracts';
import { type Route, routes } from '@postern/contracts';
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** The contracts that are schemas, with their exported names. */
const named = new Map(
  Object.entries(contracts).flatMap(([name, value]): [z.ZodType, string][] =>
    value instanceof z.ZodType ? [[value, name]] : [],
  ),
);

/** JSON Schemas (2020-12, as used by OpenAPI 3.1) of all input or output, by name. */
export interface SchemaSet {
  schemas: Record<string, JsonSchema>;
  /** `$ref` of a schema in the table of routes. */
  ref(schema: z.ZodType): JsonSchema;
}

/**
 * @param io `input`: what a caller may send, where fields with defaults are optional. `output`: what we send.
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
  // Schemas used inside others get a name, so that each is written once.
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

/** A schema without references, for a parameter. */
export function inlineSchema(schema: z.ZodType): JsonSchema {
  return withoutIdentity(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
}

function withoutIdentity({ $schema: _, $id: __, id: ___, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
