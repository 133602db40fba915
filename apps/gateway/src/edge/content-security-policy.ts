import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The `'sha256-…'` of each inline script of a page, without duplicates. */
export function inlineScriptHashes(page: string): string[] {
  const hashes = new Set<string>();
  for (const [, attributes = '', script = ''] of page.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi)) {
    if (script === '' || /\ssrc\s*=/i.test(attributes)) continue;
    hashes.add(`'sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}'`);
  }
  return [...hashes];
}

/**
 * The hosts that a browser may have used: that of this request, and the public one, in case a load balancer rewrites `Host`. A
 * browser's `Host` is the host of the page, so an attacker cannot add one here.
 */
export function ownHosts(headers: IncomingHttpHeaders, publicOrigin: string): string[] {
  const authority = headers[':authority'];
  const asked = typeof authority === 'string' ? authority : (headers.host ?? '');
  return [...new Set([asked.toLowerCase(), new URL(publicOrigin).host])];
}

/**
 * The Content-Security-Policy of the dashboard's pages and assets; `scripts` are the hashes of the page's inline scripts.
 *
 * Our origin also serves `/k8s/`, where clusters control the content, so `'self'` is too wide for anything that can run:
 * scripts, workers and styles come only from the paths of the dashboard's own build. Assets have the policy too, because a
 * worker runs under the policy of its own file.
 */
export function contentSecurityPolicy(page: { hosts: readonly string[]; scripts: readonly string[] }): string {
  const build = own(page.hosts, '/_next/static/');
  return [
    "default-src 'none'",
    ['script-src', ...build, ...own(page.hosts, '/theme.js'), ...page.scripts].join(' '),
    ['worker-src', ...build].join(' '),
    // Components use style attributes to position menus, panes and virtual rows.
    ['style-src', ...build, "'unsafe-inline'"].join(' '),
    ['font-src', ...build].join(' '),
    ['img-src', ...own(page.hosts, '/icon.svg')].join(' '),
    // Requests to pages, the API, clusters and live connections all use fetch or WebSocket.
    "connect-src 'self'",
    ...locked,
  ].join('; ');
}

/** The Content-Security-Policy of the page that documents the API, whose files are under `/api/docs`. */
export function apiDocumentationPolicy(hosts: readonly string[]): string {
  const files = own(hosts, '/api/docs/');
  return [
    "default-src 'none'",
    ['script-src', ...files].join(' '),
    ['style-src', ...files, "'unsafe-inline'"].join(' '),
    ['img-src', ...files, 'data:'].join(' '),
    ['connect-src', ...own(hosts, '/api/')].join(' '),
    ...locked,
  ].join('; ');
}

/** Our forms are submitted by scripts; without a script, a form would put its fields into the URL. */
const locked = ["object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

/**
 * One path of our own origin as CSP sources. CSP cannot express an IPv6 literal (CSP3, 2.3.1 host-char): a page requested under
 * one gets `'self'`, and then only the kube endpoint's own rules keep clusters' responses from running.
 */
function own(hosts: readonly string[], path: string): string[] {
  const sources = hosts.flatMap((host) => {
    if (/^[a-z0-9.-]+(?::\d{1,5})?$/.test(host)) return host + path;
    return /^\[[0-9a-f:.]+\](?::\d{1,5})?$/.test(host) ? "'self'" : [];
  });
  return [...new Set(sources)];
}
