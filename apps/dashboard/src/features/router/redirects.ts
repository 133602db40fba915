import { matchPattern } from './pattern.ts';

/** URLs shortened by hand: each redirects to the view that contains the removed part. Also read by next.config.mjs. */
export const redirects = [
  { source: '/:organization/clusters', destination: '/:organization' },
  { source: '/:organization/clusters/:cluster/r', destination: '/:organization/clusters/:cluster' },
  {
    source: '/:organization/clusters/:cluster/r/:resource/-',
    destination: '/:organization/clusters/:cluster/r/:resource',
  },
  {
    source: '/:organization/clusters/:cluster/r/:resource/:namespace',
    destination: '/:organization/clusters/:cluster/r/:resource?ns=:namespace',
  },
] as const;

/** Where a URL of our origin leads in the end. Its own query is kept, as by Next. */
export function redirected(url: URL): URL {
  for (const { source, destination } of redirects) {
    const params = matchPattern(source, url.pathname);
    if (params === undefined) continue;
    const path = destination.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const target = new URL(path, url);
    for (const [name, value] of url.searchParams)
      if (!target.searchParams.has(name)) target.searchParams.append(name, value);
    target.hash = url.hash;
    return target;
  }
  return url;
}
