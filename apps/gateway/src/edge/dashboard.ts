import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { acceptedCoding } from '../core/content-coding.ts';
import { ByteBudget } from './byte-budget.ts';
import { type Coding, codings, compress, isCompressible } from './compress.ts';
import { contentSecurityPolicy, inlineScriptHashes, ownHosts } from './content-security-policy.ts';
import { assetOf, DashboardAssets } from './dashboard-assets.ts';
import { DashboardUpstream, type UpstreamAnswer } from './dashboard-upstream.ts';
import type { RequestHandler } from './dispatch.ts';
import { respondPlain } from './plain-response.ts';
import { countedAddressOf } from './remote-address.ts';
import { StaticAnswer, sendInSlices } from './static-answer.ts';

/** The request headers that the dashboard's process gets: never a cookie, never a credential. */
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

/**
 * Limits the memory of pages on their way to clients. A page is about 20 KB, so this allows 3,000 unread pages, 800 of them for
 * one address.
 */
const pageBytes = { total: 64 * 1024 * 1024, share: 16 * 1024 * 1024 };

/**
 * Serves the dashboard's pages and assets. The dashboard's process holds no secret and sees no tenant data: it gets only GET
 * and HEAD, with an allow-list of headers. Pages get a Content-Security-Policy that names each of their inline scripts by hash.
 * Assets are cached here, and a client that does not read affects no other client.
 */
export function createDashboardProxy(options: {
  url: URL | undefined;
  /** The origin as browsers see it. */
  publicOrigin: string;
  logger: Logger;
}): RequestHandler {
  const { url, publicOrigin, logger } = options;
  const upstream = url === undefined ? undefined : new DashboardUpstream(url);
  const budget = new ByteBudget(pageBytes);
  const assets = new DashboardAssets((path, client) => {
    if (upstream === undefined) throw new Error('there is no dashboard');
    // Shared by everyone who waits for the asset, so no single client's disconnect may end it.
    return upstream.fetch({ method: 'GET', path, headers: {}, client, signal: new AbortController().signal });
  });

  const handle = async (request: IncomingMessage, response: ServerResponse, from: DashboardUpstream): Promise<void> => {
    const hosts = ownHosts(request.headers, publicOrigin);
    const asset = assetOf(request.url ?? '');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer =
      asset === undefined
        ? await from.fetch({
            method: request.method ?? 'GET',
            path: request.url ?? '/',
            headers: requestHeaders(request),
            client: countedAddressOf(request),
            signal: gone.signal,
          })
        : await assets.get(asset, countedAddressOf(request));
    if (response.destroyed) return;
    if (answer instanceof StaticAnswer) {
      // A worker runs under the policy of its own file.
      response.setHeader('content-security-policy', contentSecurityPolicy({ hosts, scripts: [] }));
      await answer.answer(request, response);
      return;
    }
    const release = budget.hold(countedAddressOf(request), answer.body.byteLength);
    if (release === undefined) {
      response.setHeader('retry-after', '1');
      respondPlain(response, 503, 'Too many pages are waiting to be read. Try again in a second.');
      return;
    }
    response.once('close', release);
    await relay(answer, { request, response, hosts });
  };

  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      respondPlain(response, 405, 'This path accepts only GET and HEAD.');
      return;
    }
    if (upstream === undefined) {
      respondPlain(response, 404, 'This gateway has no dashboard.');
      return;
    }
    handle(request, response, upstream).catch((error: unknown) => {
      if (response.destroyed) return;
      logger.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'the dashboard cannot be reached');
      respondPlain(response, 503, 'The dashboard is not running yet. Reload in a few seconds.');
    });
  };
}

/** Requests no encoding: pages are read here to hash their scripts. */
function requestHeaders(request: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const name of requestAllowed) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** The coding of a page: it holds nothing secret that its size could betray. Only the form that is sent is compressed. */
function pageCoding(
  { method, headers: asked }: IncomingMessage,
  { headers, body }: UpstreamAnswer,
): Coding | undefined {
  const bytes = method === 'HEAD' ? Number(headers['content-length'] ?? 0) : body.byteLength;
  const isWhole = headers['content-encoding'] === undefined && headers['content-range'] === undefined;
  if (!isWhole || !isCompressible(headers['content-type'], bytes)) return undefined;
  return acceptedCoding(asked['accept-encoding'], codings);
}

async function relay(
  { status, headers, body }: UpstreamAnswer,
  to: { request: IncomingMessage; response: ServerResponse; hosts: readonly string[] },
): Promise<void> {
  const { request, response, hosts } = to;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && responseAllowed.has(name)) response.setHeader(name, value);
  }
  const type = headers['content-type'] ?? '';
  const isPage = type.startsWith('text/html');
  if (isPage || type.startsWith('text/x-component')) response.setHeader('cache-control', 'no-store');
  const scripts = isPage ? inlineScriptHashes(body.toString('utf8')) : [];
  response.setHeader('content-security-policy', contentSecurityPolicy({ hosts, scripts }));
  if (isPage) response.setHeader('x-frame-options', 'DENY');
  const coding = pageCoding(request, { status, headers, body });
  if (coding !== undefined) {
    response.setHeader('content-encoding', coding);
    response.appendHeader('vary', 'accept-encoding');
    if (headers.etag?.startsWith('"')) response.setHeader('etag', `W/${headers.etag}`);
  }
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    const length = headers['content-length'];
    if (request.method === 'HEAD' && length !== undefined && coding === undefined)
      response.setHeader('content-length', length);
    response.end();
    return;
  }
  const sent = coding === undefined ? body : await compress(body, coding, 'now');
  if (response.destroyed) return;
  response.setHeader('content-length', sent.byteLength);
  sendInSlices(sent, response);
}
