import { openApiDocument, openApiPaths } from './openapi.ts';
import { field } from './protobuf.ts';
import type { Resources } from './resources.ts';

type Json = Record<string, unknown>;

const entries = (value: unknown): [string, Json][] => Object.entries((value ?? {}) as Record<string, Json>);

/**
 * All documents as one OpenAPI 2 document in protobuf, the only form that kubectl up to 1.27 requests. The field numbers are
 * those of github.com/google/gnostic-models/openapiv2/OpenAPIv2.proto.
 */
export function openApiV2(resources: Resources): Buffer {
  const documents = openApiPaths(resources).map((path) => openApiDocument(resources, path) as Json);
  const paths = documents.flatMap((document) => entries(document['paths']));
  const schemas = new Map(documents.flatMap((document) => entries((document['components'] as Json)['schemas'])));
  return Buffer.concat([
    field(1, '2.0'),
    field(2, [field(1, 'Postern demo cluster'), field(2, 'v1.33.4')]),
    field(
      8,
      paths.map(([path, item]) => field(2, [field(1, path), field(2, pathItem(item))])),
    ),
    field(
      9,
      [...schemas].map(([name, value]) => namedSchema(name, value)),
    ),
  ]);
}

const operations: [method: string, number: number][] = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['patch', 8],
];

function pathItem(item: Json): Buffer[] {
  return operations.flatMap(([method, number]) => {
    const operation = item[method] as Json | undefined;
    return operation === undefined ? [] : [field(number, operationFields(operation))];
  });
}

function operationFields(operation: Json): Buffer[] {
  const parameters = (operation['parameters'] ?? []) as { name: string }[];
  return [
    // ParametersItem › Parameter › NonBodyParameter › QueryParameterSubSchema
    ...parameters.map(({ name }) => {
      const query = [field(2, 'query'), field(4, name), field(6, 'string')];
      return field(8, [field(1, [field(2, [field(3, query)])])]);
    }),
    field(9, []),
    ...extensions(operation, 13),
  ];
}

const namedSchema = (name: string, value: Json) => field(1, [field(1, name), field(2, schema(value))]);

function schema(value: Json): Buffer[] {
  const text = (key: string, number: number) => {
    const found = value[key];
    return typeof found === 'string' && found !== '' ? [field(number, found)] : [];
  };
  // OpenAPI 2 has no type for a number or string; Kubernetes uses string.
  const type = value['type'] ?? (value['oneOf'] === undefined ? undefined : 'string');
  const reference = value['$ref'];
  const items = value['items'] as Json | undefined;
  const additional = value['additionalProperties'] as Json | undefined;
  return [
    ...(typeof reference === 'string' ? [field(1, reference.replace('#/components/schemas/', '#/definitions/'))] : []),
    ...text('format', 2),
    ...text('description', 4),
    ...((value['required'] ?? []) as string[]).map((name) => field(19, name)),
    ...(additional === undefined ? [] : [field(21, [field(1, schema(additional))])]),
    ...(typeof type === 'string' ? [field(22, [field(1, type)])] : []),
    ...(items === undefined ? [] : [field(23, [field(1, schema(flat(items)))])]),
    ...(value['properties'] === undefined
      ? []
      : [
          field(
            25,
            entries(value['properties']).map(([name, one]) => namedSchema(name, flat(one))),
          ),
        ]),
    ...extensions(value, 31),
  ];
}

/** Merges a reference and the description around it, which OpenAPI 2 has in one object. */
function flat(value: Json): Json {
  const [only] = (value['allOf'] ?? []) as Json[];
  return only === undefined ? value : { ...only, description: value['description'] };
}

/** Extensions are encoded as YAML, of which JSON is a subset. */
function extensions(value: Json, number: number): Buffer[] {
  return Object.entries(value)
    .filter(([key]) => key.startsWith('x-'))
    .map(([key, one]) => field(number, [field(1, key), field(2, [field(2, JSON.stringify(one))])]));
}
