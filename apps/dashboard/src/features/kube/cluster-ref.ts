import { href } from '#components/href.ts';
/** A cluster as addresses name it. */
export interface ClusterRef {
  organization: string;
  cluster: string;
}

export type QueryParams = Record<string, string | number | boolean | undefined>;

/**
 * The address of a path under a cluster's API, on our own origin. `pretty=0` always: the apiserver indents JSON for browsers
 * and doubles the bytes.
 */
export function clusterUrl(ref: ClusterRef, path: string, params: QueryParams = {}): string {
  const query = new URLSearchParams({ pretty: '0' });
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value));
  return `${href`/k8s/${ref.organization}/${ref.cluster}`}${path}?${query}`;
}

/** Where the pages of a cluster begin. */
export function clusterHref(ref: ClusterRef): string {
  return href`/${ref.organization}/clusters/${ref.cluster}`;
}
