import { parseTarget, requestInfo } from '@postern/kube';

export interface Request {
  method: string;
  /** Path and query, as in a request line. */
  target: string;
}

/**
 * How a request is read, in the form that the Go program prints: kind, verb, prefix, group, version, namespace, resource,
 * subresource, name, parts; or one word if it is not.
 */
export type Answer =
  | ['unclear' | 'invalid' | 'refused']
  | [
      kind: 'resource' | 'other',
      ...texts: [string, string, string, string, string, string, string, string],
      parts: string[],
    ];

/** How our parser reads a request: `refused` if it is never passed on. */
export function ourAnswer({ method, target }: Request): Answer {
  const parsed = parseTarget(target);
  if (parsed.target === undefined) return ['refused'];
  const info = requestInfo(method, parsed.target.path, parsed.target.query);
  if (info === null) return ['refused'];
  const { verb, apiPrefix, apiGroup, apiVersion, namespace, resource, subresource, name, parts } = info;
  const kind = info.isResourceRequest ? 'resource' : 'other';
  return [kind, verb, apiPrefix, apiGroup, apiVersion, namespace, resource, subresource, name, parts];
}

/**
 * Whether we pass on a request that the apiserver reads in another way. What we refuse cannot disagree, nor can what the
 * apiserver's HTTP server does not accept.
 */
export function disagrees(ours: Answer, theirs: Answer): boolean {
  if (ours[0] === 'refused' || theirs[0] === 'invalid') return false;
  return JSON.stringify(ours) !== JSON.stringify(theirs);
}
