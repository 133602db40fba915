import { listOptions } from './list-options.ts';

/** What a request asks for, as the apiserver itself understands it. An empty string means "not specified". */
export interface RequestInfo {
  /** False for paths such as `/version`, `/api` or `/openapi/v3`. */
  isResourceRequest: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; the lower-case method for other paths. */
  verb: string;
  apiPrefix: string;
  apiGroup: string;
  apiVersion: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /** The path segments from the resource on: resource, name, subresource and any others. */
  parts: string[];
}

const apiPrefixes = new Set(['api', 'apis']);
const specialVerbs = new Set(['proxy', 'watch']);
const namespaceSubresources = new Set(['status', 'finalize']);
const methodVerbs = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
]);

/**
 * The RequestInfo of a request: the same decision as `RequestInfoFactory.NewRequestInfo` in
 * k8s.io/apiserver/pkg/endpoints/request/requestinfo.go (checked against v0.33.4), for the prefixes `api` and `apis`.
 * Never throws.
 *
 * @param path percent-decoded path. @param query raw query without `?`.
 * @returns null for a path that the apiserver cannot interpret either (`/api/v1/watch`), and for a query of which it is not
 * clear how the apiserver reads it: refuse it.
 */
export function requestInfo(method: string, path: string, query: string): RequestInfo | null {
  const info: RequestInfo = {
    isResourceRequest: false,
    verb: method.toLowerCase(),
    apiPrefix: '',
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
  };
  const [prefix, ...afterPrefix] = splitPath(path);
  if (prefix === undefined || afterPrefix.length < 2 || !apiPrefixes.has(prefix)) return info;
  info.apiPrefix = prefix;
  let parts = afterPrefix;
  if (prefix !== 'api') {
    if (parts.length < 3) return info;
    info.apiGroup = parts[0] ?? '';
    parts = parts.slice(1);
  }
  info.isResourceRequest = true;
  info.apiVersion = parts[0] ?? '';
  parts = parts.slice(1);

  const first = parts[0] ?? '';
  if (specialVerbs.has(first)) {
    if (parts.length < 2) return null;
    info.verb = first;
    parts = parts.slice(1);
  } else {
    info.verb = methodVerbs.get(method) ?? '';
  }

  if (parts[0] === 'namespaces' && parts[1] !== undefined) {
    info.namespace = parts[1];
    if (parts[2] !== undefined && !namespaceSubresources.has(parts[2])) parts = parts.slice(2);
  }
  info.parts = parts;
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  if (info.verb !== 'proxy') info.subresource = parts[2] ?? '';

  if (info.name === '' && info.verb === 'get') {
    const options = listOptions(query);
    if (options.isUnclear) return null;
    info.verb = options.watch ? 'watch' : 'list';
    info.name = options.name;
  }
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
  return info;
}

/** Go's strings.Trim(path, "/") and Split. */
function splitPath(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start++;
  while (path[end - 1] === '/') end--;
  return path.slice(start, end).split('/');
}

/** A subresource of a pod that becomes a stream of bytes. */
export type StreamSubresource = 'exec' | 'attach' | 'portforward';
const streamSubresources = new Set<string>(['exec', 'attach', 'portforward']);

/** The streaming subresource of a pod that a request names, with any method; null for everything else. */
export function streamSubresource(info: RequestInfo): StreamSubresource | null {
  const isPod = info.isResourceRequest && info.apiGroup === '' && info.resource === 'pods' && info.name !== '';
  return isPod && info.parts.length === 3 && streamSubresources.has(info.subresource)
    ? (info.subresource as StreamSubresource)
    : null;
}

/**
 * The verb to authorise. exec, attach and port-forward count as `create` whatever the method: for a GET the apiserver would
 * only require `get`, which read-only roles have (KEP-4006).
 */
export function authorisationVerb(info: RequestInfo): string {
  return info.resource === 'pods' && streamSubresources.has(info.subresource) ? 'create' : info.verb;
}
