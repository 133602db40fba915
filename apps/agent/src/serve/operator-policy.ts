import { authorisationVerb, type IdentityRules, type RequestInfo } from '@postern/kube';

/** Restrictions by the agent's operator, in addition to the cluster's RBAC. */
export interface Policy {
  /** Only get, list and watch; no exec, no port-forward. */
  readOnly: boolean;
  identities: IdentityRules;
  /** The only namespaces that may be reached; null for no limit. */
  namespaces: ReadonlySet<string> | null;
  /** Whether the proxies to pods and services may be used; those to nodes never. */
  allowProxy: boolean;
}

const readVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Each gives the person information about themselves only, and changes nothing. */
const selfReviews: ReadonlySet<string> = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
]);
/** What clients read before their first request for a resource, and what says nothing about any namespace. */
const discovery =
  /^\/(?:$|api\/?$|api\/v1\/?$|apis(?:\/[^/]+){0,2}\/?$|version\/?$|openapi\/v2$|openapi\/v3(?:\/[^/]+)*$|(?:healthz|livez|readyz)(?:\/[^/]+)?$)/;

/**
 * Decides whether the operator's policy allows a request. @param path percent-decoded, without the query.
 * @returns the reason why not, as a clause; undefined if it does.
 */
export function policyRefusal(
  asked: { method: string; path: string; info: RequestInfo },
  policy: Policy,
): string | undefined {
  return proxyRefusal(asked.info, policy) ?? readOnlyRefusal(asked, policy) ?? namespaceRefusal(asked, policy);
}

function proxyRefusal(info: RequestInfo, { allowProxy }: Policy): string | undefined {
  // A third segment is a subresource, whatever follows the name; the older form has the verb in the path.
  const isProxy = info.isResourceRequest && (info.verb === 'proxy' || info.subresource === 'proxy');
  if (!isProxy) return undefined;
  // The kubelet's whole API, exec included, without the apiserver's authorisation or audit (KEP-2862).
  if (info.resource === 'nodes') return "a node's proxy is never allowed";
  return allowProxy ? undefined : 'this agent does not allow proxies to pods and services (--allow-proxy)';
}

function readOnlyRefusal(
  { method, info }: { method: string; info: RequestInfo },
  { readOnly }: Policy,
): string | undefined {
  if (!readOnly || isSelfReview(info)) return undefined;
  const isRead = info.isResourceRequest ? readVerbs.has(authorisationVerb(info)) : readMethods.has(method);
  return isRead ? undefined : 'this agent is in read-only mode';
}

function namespaceRefusal(
  { method, path, info }: { method: string; path: string; info: RequestInfo },
  { namespaces }: Policy,
): string | undefined {
  if (namespaces === null || isSelfReview(info)) return undefined;
  if (!info.isResourceRequest) {
    const isDiscovery = readMethods.has(method) && discovery.test(path);
    return isDiscovery ? undefined : 'this agent is limited to namespaces, and the path belongs to none';
  }
  const limits = [...namespaces].slice(0, 10).join(', ');
  if (!namespaces.has(info.namespace)) return `this agent is limited to the namespaces ${limits}`;
  // Somebody who may work in a namespace need not be able to delete or relabel it.
  const isNamespaceItself = info.resource === 'namespaces';
  if (isNamespaceItself && !readVerbs.has(info.verb)) return 'this agent is limited to the contents of namespaces';
  return undefined;
}

function isSelfReview(info: RequestInfo): boolean {
  const { isResourceRequest, verb, namespace, name, subresource, apiGroup, resource } = info;
  const isPlainCreate = isResourceRequest && verb === 'create' && namespace === '' && name === '' && subresource === '';
  return isPlainCreate && selfReviews.has(`${apiGroup}/${resource}`);
}
