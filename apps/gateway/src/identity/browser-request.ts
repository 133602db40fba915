import type { IncomingHttpHeaders } from 'node:http';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Asking {
  method: string;
  headers: IncomingHttpHeaders;
}

/**
 * Whether to refuse a request authenticated by a cookie because it may not come from our own pages: an unsafe method or an
 * upgrade whose Origin is not exactly ours or, if there is none, whose Sec-Fetch-Site is not `same-origin`. A request with
 * neither is refused, because every supported browser sends one of them.
 */
export function refusesCrossSite(request: Asking, publicOrigin: string): boolean {
  if (safeMethods.has(request.method) && request.headers.upgrade === undefined) return false;
  const { origin } = request.headers;
  if (origin !== undefined) return origin !== publicOrigin;
  return request.headers['sec-fetch-site'] !== 'same-origin';
}

/**
 * Whether to refuse a request because the browser wants a script, worker, style, frame or image, where only fetch and WebSocket
 * are expected. Navigations are allowed, because a download is one. Older browsers (Safari before 16.4) do not send
 * `Sec-Fetch-Dest`.
 */
export function refusesDestination({ headers }: Pick<Asking, 'headers'>): boolean {
  const destination = headers['sec-fetch-dest'];
  return typeof destination === 'string' && !passiveDestinations.has(destination);
}

/** https://fetch.spec.whatwg.org/#concept-request-destination; `empty` is fetch and XMLHttpRequest. */
const passiveDestinations: ReadonlySet<string> = new Set(['empty', 'document', 'websocket']);

/**
 * Whether the browser says that an unsafe request comes from another site. For requests not authenticated by a cookie:
 * programs, which send neither header, are allowed.
 */
export function comesFromElsewhere({ method, headers }: Asking, publicOrigin: string): boolean {
  if (safeMethods.has(method)) return false;
  if (headers.origin !== undefined && headers.origin !== publicOrigin) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
