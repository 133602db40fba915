import { ApiErrorBody, type ErrorCode, errorCodes, type Route, type RouteAccess, routes } from '@postern/contracts';
import type { z } from 'zod';
import { accessCookie } from '../identity/cookies.ts';
import { inlineSchema, type JsonSchema, schemaSet } from './schemas.ts';

/** The OpenAPI 3.1 document, generated from the table of routes, so that it matches what the gateway does. */
export function openApiDocument(about: {
  version: string;
  publicOrigin: string;
  /** Prefix of the path of each route. */
  prefix: string;
}): JsonSchema {
  const input = schemaSet('input');
  const output = schemaSet('output');
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [operationId, route] of Object.entries<Route>(routes)) {
    const path = `${about.prefix}${route.path}`;
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: {
        operationId,
        tags: [route.tag],
        summary: route.summary,
        description: [whoMayCall(route.access), ...(route.freshness ? [freshnessNote] : [])].join(' '),
        security: securityOf(route.access),
        parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
        ...(route.body === undefined
          ? {}
          : { requestBody: { required: true, content: { 'application/json': { schema: input.ref(route.body) } } } }),
        responses: {
          [route.status]: {
            description: route.response === undefined && route.stream === undefined ? 'Done.' : 'The answer.',
            ...contentOf(route, output),
          },
          ...refusals(errorsOf(route), output.ref(ApiErrorBody)),
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postern',
      version: about.version,
      description: 'Access to Kubernetes clusters that accept no inbound connection.',
    },
    servers: [{ url: about.publicOrigin }],
    tags: [...new Set(Object.values<Route>(routes).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...output.schemas, ...input.schemas },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: accessCookie,
          description: 'Of a browser that signed in.',
        },
        token: { type: 'http', scheme: 'bearer', description: 'An API token: `postern_…`.' },
        joinToken: { type: 'http', scheme: 'bearer', description: 'A join token: `postern_join_…`.' },
      },
    },
  };
}

function contentOf({ response, stream }: Route, output: ReturnType<typeof schemaSet>): JsonSchema {
  if (stream !== undefined) return { content: { [stream]: { schema: { type: 'string' } } } };
  return response === undefined ? {} : { content: { 'application/json': { schema: output.ref(response) } } };
}

function whoMayCall(access: RouteAccess): string {
  if (access === 'public') return 'Anyone may call it.';
  if (access === 'user') return 'Anyone who is signed in may call it.';
  if (access === 'join-token') return 'An agent calls it, with its join token.';
  return `Members of the organization whose role has \`${access}\` may call it.`;
}

const freshnessNote =
  'Needs a proof in the last five minutes that it is you: see `stepUp`, or send a code of your authenticator app in the header `Postern-Code`.';

function securityOf(access: RouteAccess): JsonSchema[] {
  if (access === 'public') return [];
  return access === 'join-token' ? [{ joinToken: [] }] : [{ session: [] }, { token: [] }];
}

function parameters(schema: z.ZodObject | undefined, where: 'path' | 'query'): JsonSchema[] {
  return Object.entries<z.ZodType>(schema?.shape ?? {}).map(([name, field]) => ({
    name,
    in: where,
    required: where === 'path',
    schema: inlineSchema(field),
  }));
}

/** The errors common to routes with the same access and form, plus the route's own. */
function errorsOf(route: Route): ErrorCode[] {
  const { access, params, query, body, method } = route;
  const isOfOrganization = !['public', 'user', 'join-token'].includes(access);
  const codes: ErrorCode[] = [...route.errors, 'rate-limited', 'internal', 'unavailable'];
  if (access !== 'public') codes.push('unauthenticated');
  if (isOfOrganization) codes.push('forbidden', 'second-factor-required');
  if (route.freshness === true) codes.push('step-up-required');
  if (access !== 'join-token' && method !== 'GET') codes.push('csrf-refused');
  if (params !== undefined) codes.push('not-found');
  if (query !== undefined || body !== undefined) codes.push('invalid-request');
  if (body !== undefined) codes.push('payload-too-large', 'unsupported-media-type');
  return [...new Set(codes)];
}

function refusals(codes: ErrorCode[], schema: JsonSchema): Record<string, JsonSchema> {
  const statuses = [...new Set(codes.map((code) => errorCodes[code]))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codes
          .filter((code) => errorCodes[code] === status)
          .map((code) => `\`${code}\``)
          .join(', '),
        content: { 'application/json': { schema } },
      },
    ]),
  );
}
