/** First path segments that are pages of their own and not an organization's name. */
const bare = new Set(['', 'sign-in', 'sign-up']);
// In production there is no such page: the address is then one of an organization that does not exist, and says so.
if (process.env.NODE_ENV !== 'production') bare.add('gallery');

/** What an address shows. Everything else about a view is in its query. */
export interface Location {
  organization: string | undefined;
  cluster: string | undefined;
  /** `pods`, `deployments.apps`; inside a cluster only. */
  resource: string | undefined;
  /** `-` for a kind without namespaces. */
  namespace: string | undefined;
  object: string | undefined;
  /** `tokens`, `sessions`, `add-cluster`; outside a cluster only. */
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
