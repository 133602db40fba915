import { createHash } from 'node:crypto';
import { type Field, type Type, typeNamed, typeOfKind } from '../schema/types.ts';
import type { Resource, Resources } from './resources.ts';

/** The list of documents at `/openapi/v3`; a hash in each URL changes with the document. */
export function openApiIndex(resources: Resources): object {
  return {
    paths: Object.fromEntries(
      openApiPaths(resources).map((path) => {
        const document = JSON.stringify(openApiDocument(resources, path));
        const hash = createHash('sha256').update(document).digest('hex').toUpperCase();
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
      }),
    ),
  };
}

/** The paths of all documents: `api/v1`, `apis/apps/v1`. */
export function openApiPaths(resources: Resources): string[] {
  return [...new Set(resources.all().map(documentPath))];
}

const documentPath = ({ group, version }: Resource) => (group === '' ? `api/${version}` : `apis/${group}/${version}`);

/** The document of one group and version, with the known schemas of its kinds; undefined if it is not served. */
export function openApiDocument(resources: Resources, path: string): object | undefined {
  const served = resources.all().filter((one) => documentPath(one) === path);
  if (served.length === 0) return undefined;
  const schemas: Record<string, object> = {};
  for (const resource of served) {
    schemas[schemaName(resource.kind)] = kindSchema(resource, schemas);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Postern demo cluster', version: 'v1.33.4' },
    paths: Object.fromEntries(served.flatMap((resource) => pathsOf(path, resource))),
    components: { schemas },
  };
}

const schemaName = (type: string) => `io.k8s.demo.${type}`;
const reference = (type: string) => ({ $ref: `#/components/schemas/${schemaName(type)}` });

function kindSchema(resource: Resource, schemas: Record<string, object>): object {
  const { group, version, kind, definition } = resource;
  const groupVersionKind = { 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
  const own = definition?.spec.versions.find((one) => one.name === version)?.schema?.openAPIV3Schema;
  const schema = objectSchema(typeOfKind(kind), schemas) as { properties: object };
  if (own === undefined) return { ...schema, ...groupVersionKind };
  const properties = { ...(own['properties'] as object | undefined), ...schema.properties };
  return { ...own, properties, ...groupVersionKind };
}

/** Also adds the schemas to which it refers. */
function objectSchema(type: Type, schemas: Record<string, object>): object {
  const fields = [...type.fields.values()];
  for (const { type: name } of fields) {
    const other = typeNamed(name);
    if (other === undefined || schemas[schemaName(name)] !== undefined) continue;
    schemas[schemaName(name)] = {};
    schemas[schemaName(name)] = objectSchema(other, schemas);
  }
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  return {
    type: 'object',
    description: type.description,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
  };
}

function fieldSchema(field: Field): object {
  const { description } = field;
  const item = itemSchema(field.type);
  if (field.map) return { description, type: 'object', additionalProperties: item };
  if (!field.list) return '$ref' in item ? { description, default: {}, allOf: [item] } : { description, ...item };
  return {
    description,
    type: 'array',
    items: '$ref' in item ? { default: {}, allOf: [item] } : item,
    ...(field.mergeKey === undefined ? {} : { 'x-kubernetes-patch-strategy': 'merge' }),
    ...(field.mergeKey === undefined || field.mergeKey === '='
      ? {}
      : {
          'x-kubernetes-patch-merge-key': field.mergeKey,
          'x-kubernetes-list-map-keys': [field.mergeKey],
          'x-kubernetes-list-type': 'map',
        }),
  };
}

function itemSchema(type: string): object {
  if (typeNamed(type) !== undefined) return reference(type);
  switch (type) {
    case 'string':
    case 'boolean':
    case 'number':
      return { type };
    case 'integer':
      return { type, format: 'int64' };
    case 'time':
      return { type: 'string', format: 'date-time' };
    case 'quantity':
      return { oneOf: [{ type: 'string' }, { type: 'number' }] };
    case 'intOrString':
      return { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    default:
      return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
}

/** Paths in which kubectl looks up whether the server supports field validation and dry runs. */
function pathsOf(prefix: string, resource: Resource): [string, object][] {
  const { group, version, kind, plural, namespaced, verbs } = resource;
  const collection = `/${prefix}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const query = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const writes = [query('dryRun'), query('fieldManager'), query('fieldValidation')];
  const operation = (action: string, parameters: object[]) => ({
    tags: [prefix],
    parameters,
    responses: { '200': { description: 'OK', content: { 'application/json': { schema: reference(kind) } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  });
  const has = (verb: string) => verbs.includes(verb);
  return [
    [
      collection,
      {
        ...(has('list') ? { get: operation('list', []) } : {}),
        ...(has('create') ? { post: operation('post', writes) } : {}),
      },
    ],
    [
      `${collection}/{name}`,
      {
        ...(has('get') ? { get: operation('get', []) } : {}),
        ...(has('update') ? { put: operation('put', writes) } : {}),
        ...(has('patch') ? { patch: operation('patch', [...writes, query('force')]) } : {}),
        ...(has('delete') ? { delete: operation('delete', [query('dryRun')]) } : {}),
      },
    ],
  ];
}
