import { type RequestInfo, streamSubresource } from './request-info.ts';

/** The protocols to which a connection to the apiserver can be upgraded. */
export type UpgradeProtocol = 'websocket' | 'SPDY/3.1';

/**
 * The upgrades that the apiserver allows for a request: for exec, attach and port-forward both protocols, by GET or POST;
 * for a watch and a pod log WebSocket, by GET (apiserver/pkg/endpoints/handlers/watch.go, responsewriters/writers.go). None
 * for any other request, which the apiserver treats as a plain one.
 */
export function upgradesOf(method: string, info: RequestInfo): readonly UpgradeProtocol[] {
  if (streamSubresource(info) !== null) return method === 'GET' || method === 'POST' ? ['websocket', 'SPDY/3.1'] : [];
  if (method !== 'GET' || !info.isResourceRequest) return [];
  return info.verb === 'watch' || isPodLog(info) ? ['websocket'] : [];
}

/** Whether a request is for the log of a pod. */
export function isPodLog({ apiGroup, resource, subresource, parts }: RequestInfo): boolean {
  return apiGroup === '' && resource === 'pods' && subresource === 'log' && parts.length === 3;
}
