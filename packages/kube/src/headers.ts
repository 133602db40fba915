import type { UpgradeProtocol } from './upgrades.ts';

/** Headers in order, names in lower case; a name may come more than once. */
export type HeaderPairs = [name: string, value: string][];

/** RFC 9110, 7.6.1, plus older ones that have been used to trick proxies. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Request headers that kubectl, client-go and the dashboard need the apiserver to see. All others are removed. */
const requestAllowed: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'kubectl-command',
  'kubectl-session',
  'range',
  'user-agent',
]);

const upgradeRequestAllowed: ReadonlySet<string> = new Set([
  // The apiserver refuses a watch over WebSocket without it (golang.org/x/net/websocket, `checkOrigin`).
  'origin',
  'kubectl-command',
  'kubectl-session',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'user-agent',
  'x-stream-protocol-version',
]);

const responseAllowed: ReadonlySet<string> = new Set([
  'accept-ranges',
  'age',
  'allow',
  'audit-id',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'retry-after',
  'vary',
  'warning',
  'x-accepted-stream-protocol-versions',
  'x-kubernetes-pf-flowschema-uid',
  'x-kubernetes-pf-prioritylevel-uid',
]);

const upgradeResponseAllowed: ReadonlySet<string> = new Set([
  'date',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'x-stream-protocol-version',
]);

/**
 * Fields with a single value. Go's `Header.Get` takes the first of several lines, and HTTP clients on the way refuse to send a
 * second, so only the first is passed on.
 */
const single: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-type',
  'if-modified-since',
  'if-unmodified-since',
  'origin',
  'range',
  'sec-websocket-key',
  'sec-websocket-version',
  'user-agent',
]);

/** Visible latin1, spaces and tabs. */
const isValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

/** The header names that a Connection header declares hop-by-hop. */
function namedInConnection(headers: HeaderPairs): Set<string> {
  const named = new Set<string>();
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'connection') continue;
    for (const token of value.split(',')) named.add(token.trim().toLowerCase());
  }
  return named;
}

function pass(headers: HeaderPairs, allowed: ReadonlySet<string>): HeaderPairs {
  const named = namedInConnection(headers);
  const passed: HeaderPairs = [];
  for (const [rawName, value] of headers) {
    const name = rawName.toLowerCase();
    if (hopByHop.has(name) || named.has(name)) continue;
    if (single.has(name) && passed.some(([before]) => before === name)) continue;
    if (allowed.has(name) && isValue(value)) passed.push([name, value]);
  }
  return passed;
}

/** The request headers to pass on to the cluster: removes hop-by-hop headers, then applies an allow-list. */
export const passRequestHeaders = (headers: HeaderPairs): HeaderPairs => pass(headers, requestAllowed);

/**
 * The same for an upgrade request; the caller adds `connection` and `upgrade`. Removes a subprotocol that carries a bearer
 * token (kube-apiserver, `websocket.ProtocolAuthenticator`), because it is a credential.
 */
export function passUpgradeRequestHeaders(headers: HeaderPairs): HeaderPairs {
  return pass(headers, upgradeRequestAllowed).flatMap(([name, value]): HeaderPairs => {
    if (name !== 'sec-websocket-protocol') return [[name, value]];
    const kept = value.split(',').filter((protocol) => !protocol.trim().startsWith(bearerProtocol));
    return kept.length === 0 ? [] : [[name, kept.join(',').trim()]];
  });
}

const bearerProtocol = 'base64url.bearer.authorization.k8s.io.';

/** The response headers to pass on to a client. Never `set-cookie`, never `location`. */
export const passResponseHeaders = (headers: HeaderPairs): HeaderPairs => pass(headers, responseAllowed);

/** The same for a 101 response; the caller adds `connection` and `upgrade`. */
export const passUpgradeResponseHeaders = (headers: HeaderPairs): HeaderPairs => pass(headers, upgradeResponseAllowed);

/** `rawHeaders` of node:http and node:http2 as pairs, without pseudo headers. */
export function headerPairs(rawHeaders: readonly string[]): HeaderPairs {
  const pairs: HeaderPairs = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!name.startsWith(':')) pairs.push([name.toLowerCase(), rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

/** Whether a client sends an identity: `Impersonate-User`, `-Group`, `-Uid`, `-Extra-…`, also spelt with underscores. */
export function claimsIdentity(headers: HeaderPairs): boolean {
  return headers.some(
    ([name, value]) =>
      isIdentityName(name) || (name.toLowerCase() === 'connection' && value.split(',').some(isIdentityName)),
  );
}

const isIdentityName = (name: string): boolean => /^(?:impersonate|x[-_]remote)[-_]/i.test(name.trim());

/** The protocol of an `Upgrade` header if the apiserver speaks it; null for any other value (`h2c`, a list, nothing). */
export function upgradeProtocol(value: string | undefined): UpgradeProtocol | null {
  const wanted = value?.trim().toLowerCase();
  if (wanted === 'websocket') return 'websocket';
  return wanted === 'spdy/3.1' ? 'SPDY/3.1' : null;
}
