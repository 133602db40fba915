import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { Logger } from 'pino';
import { contentSecurityPolicy, inlineScriptHashes, ownHosts } from './content-security-policy.ts';
import type { RequestHandler } from './edge.ts';
import { respondPlain } from './plain-response.ts';

/** What the dashboard's process may know of a request: never a cookie, never a credential. */
const requestAllowed = [
  'accept',
  'accept-language',
  'if-modified-since',
  'if-none-match',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'next-router-state-tree',
  'next-url',
  'range',
  'rsc',
  'user-agent',
] as const;

const responseAllowed: ReadonlySet<string> = new Set([
  'accept-ranges',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'location',
  'vary',
  'x-nextjs-cache',
  'x-nextjs-prerender',
  'x-nextjs-stale-time',
]);

/** A page of the shell is some 20 KB; more than this is no page of ours. */
const maxPageBytes = 2 * 1024 * 1024;

/**
 * Hands the dashboard's pages and assets out. That process holds no secret and sees no tenant data: it gets an allow-list
 * of headers and only GET and HEAD. Pages get a Content-Security-Policy that names each of their inline scripts by hash.
 */
export function createDashboardProxy(options: {
  url: URL | undefined;
  /** As people's browsers know it. */
  publicOrigin: string;
  logger: Logger;
}): RequestHandler {
  const { url, publicOrigin, logger } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 16 });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      respondPlain(response, 405, 'This path takes GET and HEAD only.');
      return;
    }
    if (url === undefined) {
      respondPlain(response, 404, 'There is no dashboard here.');
      return;
    }
    let isGone = false;
    let upstream: ClientRequest;
    const ask = (): void => {
      upstream = httpRequest({
        agent,
        host: url.hostname,
        port: url.port,
        method: request.method,
        path: request.url,
        headers: { host: url.host, ...requestHeaders(request) },
        timeout: 30_000,
      });
      upstream.on('timeout', () => upstream.destroy(new Error('the dashboard did not answer in time')));
      upstream.on('response', (answer) => relay(answer, response, ownHosts(request.headers, publicOrigin)));
      upstream.on('error', (error: NodeJS.ErrnoException) => {
        if (isGone) return;
        if (upstream.reusedSocket && error.code === 'ECONNRESET' && !response.headersSent) {
          // It closed an idle connection in the moment we took it up again.
          ask();
          return;
        }
        logger.warn({ error: error.message }, 'the dashboard cannot be reached');
        respondPlain(response, 503, 'The dashboard is not running yet. Reload in a few seconds.');
      });
      upstream.end();
    };
    response.once('close', () => {
      isGone = true;
      upstream.destroy();
    });
    ask();
  };
}

function requestHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const name of requestAllowed) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const encoding = request.headers['accept-encoding'];
  // Pages are read here to hash their scripts, so they must come as they are.
  if (encoding !== undefined && !isForPage(request)) headers['accept-encoding'] = encoding;
  return headers;
}

const isForPage = (request: IncomingMessage): boolean => request.headers.accept?.includes('text/html') ?? false;

function relay(answer: IncomingMessage, response: ServerResponse, hosts: readonly string[]): void {
  response.statusCode = answer.statusCode ?? 502;
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && responseAllowed.has(name)) response.setHeader(name, value);
  }
  const type = answer.headers['content-type'] ?? '';
  const isPage = type.startsWith('text/html');
  if (isPage || type.startsWith('text/x-component')) response.setHeader('cache-control', 'no-store');
  if (isPage && answer.headers['content-encoding'] === undefined) {
    relayPage(answer, response, hosts);
    return;
  }
  response.setHeader('content-security-policy', contentSecurityPolicy({ hosts, scripts: [] }));
  pipeline(answer, response, () => {});
}

function relayPage(answer: IncomingMessage, response: ServerResponse, hosts: readonly string[]): void {
  const parts: Buffer[] = [];
  let size = 0;
  answer.on('data', (part: Buffer) => {
    size += part.byteLength;
    if (size > maxPageBytes) answer.destroy(new Error('the page is too large'));
    else parts.push(part);
  });
  answer.on('error', () => respondPlain(response, 502, 'The dashboard broke off.'));
  answer.on('end', () => {
    const page = Buffer.concat(parts);
    const scripts = inlineScriptHashes(page.toString('utf8'));
    response.setHeader('content-security-policy', contentSecurityPolicy({ hosts, scripts }));
    response.setHeader('x-frame-options', 'DENY');
    response.setHeader('content-length', page.byteLength);
    response.end(page);
  });
}
