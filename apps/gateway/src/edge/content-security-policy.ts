import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** `'sha256-…'` of each inline script of a page, once each. */
export function inlineScriptHashes(page: string): string[] {
  const hashes = new Set<string>();
  for (const [, attributes = '', script = ''] of page.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi)) {
    if (script === '' || /\ssrc\s*=/i.test(attributes)) continue;
    hashes.add(`'sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}'`);
  }
  return [...hashes];
}

/**
 * The hosts under which a browser may have asked: the one of this request, and the public one, in case a balancer in between
 * rewrites `Host`. A browser's `Host` is the host of the page, so nobody else can name one here.
 */
export function ownHosts(headers: IncomingHttpHeaders, publicOrigin: string): string[] {
  const authority = headers[':authority'];
  const asked = typeof authority === 'string' ? authority : (headers.host ?? '');
  return [...new Set([asked.toLowerCase(), new URL(publicOrigin).host])];
}

/**
 * The Content-Security-Policy of the dashboard's pages and assets; `scripts` are the hashes of the page's inline scripts.
 *
 * Our origin also serves `/k8s/`, where a cluster says what it likes, so `'self'` is too wide for all that can run: scripts,
 * workers and styles come from the paths of the dashboard's own build only. An asset has the policy too, because a worker
 * runs under that of its own file.
 */
export function contentSecurityPolicy(page: { hosts: readonly string[]; scripts: readonly string[] }): string {
  const build = own(page.hosts, '/_next/static/');
  return [
    "default-src 'none'",
    ['script-src', ...build, ...own(page.hosts, '/theme.js'), ...page.scripts].join(' '),
    ['worker-src', ...build].join(' '),
    // Components position menus, panes and virtual rows with style attributes.
    ['style-src', ...build, "'unsafe-inline'"].join(' '),
    ['font-src', ...build].join(' '),
    ['img-src', ...own(page.hosts, '/icon.svg')].join(' '),
    // Pages, the API, clusters and live connections are all asked with fetch and WebSocket.
    "connect-src 'self'",
    ...locked,
  ].join('; ');
}

/** The Content-Security-Policy of the page that documents the API, whose files lie under `/api/docs`. */
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

/** Forms of our pages are sent by scripts; a form that is sent without one would put its fields into the address. */
const locked = ["object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

/**
 * One path of our own origin as sources. CSP has no way to write an IPv6 literal (CSP3, 2.3.1 host-char): a page that was asked
 * for under one gets `'self'`, and then only the kube endpoint's own rules keep its answers from running.
 */
function own(hosts: readonly string[], path: string): string[] {
  const sources = hosts.flatMap((host) => {
    if (/^[a-z0-9.-]+(?::\d{1,5})?$/.test(host)) return host + path;
    return /^\[[0-9a-f:.]+\](?::\d{1,5})?$/.test(host) ? "'self'" : [];
  });
  return [...new Set(sources)];
}
