/** First path segments that are pages, not organizations. */
const bare = new Set(['', 'sign-in', 'sign-up', 'account', 'join']);
// In production this page does not exist, and the URL is treated as an organization that does not exist.
if (process.env.NODE_ENV !== 'production') bare.add('gallery');

/** What a URL's path shows. Everything else about a view is in the query. */
export interface Location {
  organization: string | undefined;
  cluster: string | undefined;
  /** `pods`, `deployments.apps`; only inside a cluster. */
  resource: string | undefined;
  /** `-` for a kind without namespaces. */
  namespace: string | undefined;
  object: string | undefined;
  /** `tokens`, `sessions`, `add-cluster`; only outside a cluster. */
  page: string | undefined;
}

export function locationOf(pathname: string): Location {
  const parts = pathname
    .split('/')
    .slice(1)
    .map((part) => decode(part));
  const [organization, second, cluster, r, resource, namespace, object] = parts;
  if (organization === undefined || bare.has(organization)) {
    return {
      organization: undefined,
      cluster: undefined,
      resource: undefined,
      namespace: undefined,
      object: undefined,
      page: undefined,
    };
  }
  const inCluster = second === 'clusters' && cluster !== undefined && cluster !== '';
  const inResource = inCluster && r === 'r';
  return {
    organization,
    cluster: inCluster ? cluster : undefined,
    resource: inResource ? resource : undefined,
    namespace: inResource ? namespace : undefined,
    object: inResource ? object : undefined,
    page: inCluster ? undefined : second || undefined,
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
