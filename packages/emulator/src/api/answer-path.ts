import { ApiError, methodNotAllowed, noSuchPath } from './api-error.ts';
import { discover, discoveryContentType } from './discovery.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { health, version } from './health.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import { openApiV2 } from './openapi-v2.ts';
import type { Resources } from './resources.ts';

/**
 * Serves requests that are not for a resource: health, version, discovery, schemas.
 * @param resources undefined for an anonymous request: only health and version are served.
 * @throws ApiError 404, 405.
 */
export function answerPath(resources: Resources | undefined, exchange: Exchange): void {
  const { path, request } = exchange;
  if (health(exchange)) return;
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  if (path === '/openapi/v2' && resources !== undefined) {
    sendProtobuf(resources, exchange);
    return;
  }
  const document = /^\/version\/?$/.test(path) ? version : resources && documentAt(resources, exchange);
  if (document === undefined) throw noSuchPath();
  const contentType = /^\/apis?\/?$/.test(path) ? discoveryContentType(exchange) : 'application/json';
  sendJson({ response: exchange.response, contentType }, 200, document);
}

function documentAt(resources: Resources, exchange: Exchange): object | undefined {
  const { path } = exchange;
  if (path === '/') return { paths: ['/api', '/apis', '/healthz', '/openapi/v3', '/version'] };
  if (path === '/openapi/v3') return openApiIndex(resources);
  if (path.startsWith('/openapi/v3/')) return openApiDocument(resources, path.slice('/openapi/v3/'.length));
  return /^\/apis?(?:\/|$)/.test(path) ? discover(resources, exchange) : undefined;
}

const OPENAPI_V2 = /^application\/com\.github\.proto-openapi\.spec\.v2(?:@v1\.0|\.v1\.0)\+protobuf$/;

/** @throws ApiError 406 if the client accepts only other types. */
function sendProtobuf(resources: Resources, { request, response }: Exchange): void {
  const accepted = (request.headers.accept ?? '').split(',').map((one) => one.trim());
  if (!accepted.some((type) => OPENAPI_V2.test(type))) {
    const message = 'OpenAPI 2 is served as application/com.github.proto-openapi.spec.v2@v1.0+protobuf only';
    throw new ApiError(406, 'NotAcceptable', message);
  }
  response.statusCode = 200;
  // The older name, with an at sign, is not a valid media type: clients refuse it in a response.
  response.setHeader('content-type', 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  response.end(openApiV2(resources));
}
