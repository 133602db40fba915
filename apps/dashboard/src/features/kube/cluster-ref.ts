import { href } from '#components/href.ts';
/** A cluster as named in URLs. */
export interface ClusterRef {
  organization: string;
  cluster: string;
}

export type QueryParams = Record<string, string | number | boolean | undefined>;

/**
 * The URL of a path of a cluster's API, on our own origin. Always with `pretty=0`, because the apiserver indents JSON for
 * browsers, which doubles the bytes.
 */
export function clusterUrl(ref: ClusterRef, path: string, params: QueryParams = {}): string {
  const query = new URLSearchParams({ pretty: '0' });
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value));
  return `${href`/k8s/${ref.organization}/${ref.cluster}`}${path}?${query}`;
}

/** The URL of a cluster's first page. */
export function clusterHref(ref: ClusterRef): string {
  return href`/${ref.organization}/clusters/${ref.cluster}`;
}
