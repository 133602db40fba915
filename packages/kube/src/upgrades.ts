import { type RequestInfo, streamSubresource } from './request-info.ts';

/** The protocols that a connection to the apiserver can be switched to. */
export type UpgradeProtocol = 'websocket' | 'SPDY/3.1';

/**
 * What the apiserver lets a request switch to: exec, attach and port-forward either protocol, by GET or POST; a watch and
 * the log of a pod WebSocket, by GET (apiserver/pkg/endpoints/handlers/watch.go, responsewriters/writers.go). Everything
 * else nothing: the apiserver takes it for a plain request there.
 */
export function upgradesOf(method: string, info: RequestInfo): readonly UpgradeProtocol[] {
  if (streamSubresource(info) !== null) return method === 'GET' || method === 'POST' ? ['websocket', 'SPDY/3.1'] : [];
  if (method !== 'GET' || !info.isResourceRequest) return [];
  return info.verb === 'watch' || isPodLog(info) ? ['websocket'] : [];
}

/** Whether the log of a pod is asked for. */
export function isPodLog({ apiGroup, resource, subresource, parts }: RequestInfo): boolean {
  return apiGroup === '' && resource === 'pods' && subresource === 'log' && parts.length === 3;
}
