import type { IncomingHttpHeaders } from 'node:http';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Asking {
  method: string;
  headers: IncomingHttpHeaders;
}

/**
 * True when a request that a cookie authenticated is not known to come from our own pages: an unsafe method or an upgrade
 * whose Origin is not exactly ours or, where a browser sends none, whose Sec-Fetch-Site is not `same-origin`. Absence of both
 * is a refusal: every browser we support sends one of them.
 */
export function refusesCrossSite(request: Asking, publicOrigin: string): boolean {
  if (safeMethods.has(request.method) && request.headers.upgrade === undefined) return false;
  const { origin } = request.headers;
  if (origin !== undefined) return origin !== publicOrigin;
  return request.headers['sec-fetch-site'] !== 'same-origin';
}

/**
 * True when a browser says that it wants a script, worker, style, frame or picture: what only fetch and WebSocket should ask
 * for. Pages that are navigated to pass, for a download is one. Browsers before `Sec-Fetch-Dest` (Safari 16.3) say nothing.
 */
export function refusesDestination({ headers }: Pick<Asking, 'headers'>): boolean {
  const destination = headers['sec-fetch-dest'];
  return typeof destination === 'string' && !passiveDestinations.has(destination);
}

/** https://fetch.spec.whatwg.org/#concept-request-destination; `empty` is fetch and XMLHttpRequest. */
const passiveDestinations: ReadonlySet<string> = new Set(['empty', 'document', 'websocket']);

/**
 * True when a browser says that an unsafe request comes from another site. For requests that no cookie authenticated:
 * programs, which send neither header, pass.
 */
export function comesFromElsewhere({ method, headers }: Asking, publicOrigin: string): boolean {
  if (safeMethods.has(method)) return false;
  if (headers.origin !== undefined && headers.origin !== publicOrigin) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
