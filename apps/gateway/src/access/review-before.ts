import type { RequestInfo } from '@postern/kube';
import type { Grant } from '../bindings/decide-access.ts';
import type { ClassifiedRequest } from './classify.ts';

/** What somebody wants to do, in the terms of an access review. */
export type ReviewedAction = { verb: string } & Pick<
  RequestInfo,
  'apiGroup' | 'resource' | 'subresource' | 'namespace' | 'name'
>;

/**
 * What the cluster must allow in a review before a stream is opened. Kubernetes before 1.35 judges exec, attach and port-forward by
 * GET (WebSocket) with the verb `get`. Levels are decided by `authorise`; for groups of the cluster's own only the cluster knows.
 * @returns undefined if the cluster judges the stream itself with the right verb.
 */
export function reviewBefore(
  method: string | undefined,
  { stream, verb, info }: ClassifiedRequest,
  { level }: Pick<Grant, 'level'>,
): ReviewedAction | undefined {
  if (stream === null || method !== 'GET' || level !== null) return undefined;
  const { apiGroup, resource, subresource, namespace, name } = info;
  return { verb, apiGroup, resource, subresource, namespace, name };
}
