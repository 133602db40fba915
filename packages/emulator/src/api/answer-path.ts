import { methodNotAllowed, noSuchPath } from './api-error.ts';
import { discover, discoveryContentType } from './discovery.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { health, version } from './health.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import type { Resources } from './resources.ts';

/** Answers what is not about a resource: health, version, discovery, schemas. @throws ApiError 404, 405. */
export function answerPath(resources: Resources, exchange: Exchange): void {
  const { path, request } = exchange;
  if (health(exchange)) return;
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  const document = documentAt(resources, exchange);
  if (document === undefined) throw noSuchPath();
  const contentType = /^\/apis?\/?$/.test(path) ? discoveryContentType(exchange) : 'application/json';
  sendJson({ response: exchange.response, contentType }, 200, document);
}

function documentAt(resources: Resources, exchange: Exchange): object | undefined {
  const { path } = exchange;
  if (/^\/version\/?$/.test(path)) return version;
  if (path === '/') return { paths: ['/api', '/apis', '/healthz', '/openapi/v3', '/version'] };
  if (path === '/openapi/v3') return openApiIndex(resources);
  if (path.startsWith('/openapi/v3/')) return openApiDocument(resources, path.slice('/openapi/v3/'.length));
  return /^\/apis?(?:\/|$)/.test(path) ? discover(resources, exchange) : undefined;
}
