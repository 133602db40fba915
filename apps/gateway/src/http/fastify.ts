import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { apiDocumentationPolicy, ownHosts } from '../edge/content-security-policy.ts';
import { remoteAddressOf } from '../edge/remote-address.ts';
import { type Documentation, serveDocumentation } from '../openapi/documentation.ts';
import { ApiError } from './api-error.ts';
import { sendError } from './error.filter.ts';

/** The largest request body of the REST API. */
const maxBodyBytes = 64 * 1024;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface AdapterParts {
  logger: Logger;
  publicOrigin: string;
  documentation: Documentation;
}

/**
 * Fastify without a listener: the edge owns the port and passes on requests for the API, as HTTP/1.1 or HTTP/2.
 * @returns the adapter for Nest, and the handler for the edge.
 */
export function createAdapter({ logger, publicOrigin, documentation }: AdapterParts): {
  adapter: FastifyAdapter;
  handler: Handler;
} {
  let handle: Handler | undefined;
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    logger: false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    return503OnClosing: false,
    // A URL that cannot be decoded is refused before any hook.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(headersFor(request, publicOrigin));
      sendError(reply, new ApiError('invalid-request', 'The URL is malformed.'), request.id);
    },
    serverFactory: (given: unknown) => {
      handle = given as Handler;
      return createServer();
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  // All fields are listed below and none is a secret; redaction would cost ten times as much as the log line.
  const requests = logger.child({}, { redact: [] });
  readOnlyJson(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers(headersFor(request, publicOrigin));
    const refused = refuseUrl(request.url);
    if (refused !== undefined) {
      sendError(reply, refused, request.id);
      return reply;
    }
    return undefined;
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const { method, id: requestId } = request;
    const address = remoteAddressOf(request.raw);
    // The route, not the URL: text from strangers must not get into the log.
    const route = request.routeOptions.url ?? 'none';
    // A client that sends too much must not fill the log as well; the metric counts the refusals.
    requests[reply.statusCode === 429 ? 'debug' : 'info'](
      { requestId, method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), address },
      'request',
    );
  });
  const others: Handler = (request, response) => {
    if (handle === undefined) throw new Error('the API is not ready');
    handle(request, response);
  };
  const handler = serveDocumentation(documentation, {
    headersFor: (request) => {
      const { url = '', headers } = request;
      return headersFor({ url, headers, id: requestIdOf(request) }, publicOrigin);
    },
    others,
  });
  return { adapter, handler };
}

/** Accepts only JSON bodies, or none. */
function readOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}

/** Headers of every response: no caching, no framing, no type sniffing. */
function headersFor(
  request: Pick<FastifyRequest, 'id' | 'url' | 'headers'>,
  publicOrigin: string,
): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': policyFor(request, publicOrigin),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'x-request-id': request.id,
  };
}

/** Only the API's documentation is a page, which may run the scripts next to it. */
function policyFor({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>, publicOrigin: string): string {
  return /^\/api\/docs(?:[/?]|$)/.test(url)
    ? apiDocumentationPolicy(ownHosts(headers, publicOrigin))
    : "default-src 'none'; frame-ancestors 'none'";
}

/** The caller's own request id if it is safe in a log and a header, otherwise a new one. */
function requestIdOf({ headers }: IncomingMessage): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.-]{1,128}$/.test(id) ? id : randomUUID();
}

/** Refuses control characters, which no path or query of ours contains. */
function refuseUrl(url: string): ApiError | undefined {
  return /%(?:[01][0-9a-f]|7f)/i.test(url)
    ? new ApiError('invalid-request', 'The URL contains a control character.')
    : undefined;
}
