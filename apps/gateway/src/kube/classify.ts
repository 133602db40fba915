import {
  authorisationVerb,
  type KubeTarget,
  type RequestInfo,
  requestInfo,
  type StreamSubresource,
  streamSubresource,
} from '@postern/kube';
import { refusal } from './refusal.ts';

/** What is asked, in the apiserver's own terms. */
export interface Asked {
  info: RequestInfo;
  /** The verb to authorise. */
  verb: string;
  stream: StreamSubresource | null;
  /** For the metrics and for what a deadline may cut: what kind of traffic follows. */
  kind: 'unary' | 'watch' | 'log' | 'proxy' | StreamSubresource;
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Pass: what is asked? @throws Refusal 400, 405 where the apiserver could not tell either: unknown is denied. */
export function classify(method: string, target: KubeTarget): Asked {
  if (!methods.has(method)) throw refusal(405, 'This method is not part of the Kubernetes API.');
  const info = requestInfo(method, target.path, target.query);
  if (info === null) throw refusal(400, 'The path does not say which resource is meant.');
  if (info.isResourceRequest && info.verb === '') throw refusal(405, 'This method means nothing on a resource.');
  const stream = streamSubresource(info);
  return { info, verb: authorisationVerb(info), stream, kind: stream ?? trafficOf(info) };
}

function trafficOf(info: RequestInfo): 'unary' | 'watch' | 'log' | 'proxy' {
  if (!info.isResourceRequest) return 'unary';
  if (info.verb === 'watch') return 'watch';
  if (isProxy(info)) return 'proxy';
  return info.resource === 'pods' && info.subresource === 'log' ? 'log' : 'unary';
}

/** A request that the apiserver passes on to a node, a pod or a service: by subresource, or the old way by verb. */
export function isProxy(info: RequestInfo): boolean {
  return info.verb === 'proxy' || info.subresource === 'proxy';
}
