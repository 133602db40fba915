import {
  authorisationVerb,
  isPodLog,
  type KubeTarget,
  type RequestInfo,
  readStreamOptions,
  requestInfo,
  type StreamOptions,
  type StreamSubresource,
  streamSubresource,
} from '@postern/kube';
import { refusal } from './refusal.ts';

/** A request in the apiserver's own terms; `options` are those of a stream, as the apiserver reads them. */
export type ClassifiedRequest = {
  info: RequestInfo;
  /** The verb to authorise. */
  verb: string;
  /** The kind of traffic that follows, for the metrics and the deadlines. */
  kind: 'unary' | 'watch' | 'log' | 'proxy' | StreamSubresource;
} & ({ stream: StreamSubresource; options: StreamOptions } | { stream: null; options: null });

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Pass: what does the request ask for? @throws Refusal 400 or 405 if the apiserver could not tell either, and 400 for a stream
 * whose query the apiserver could read differently from a reader of the record.
 */
export function classify(method: string, target: KubeTarget): ClassifiedRequest {
  if (!methods.has(method)) throw refusal(405, 'This method is not part of the Kubernetes API.');
  const info = requestInfo(method, target.path, target.query);
  if (info === null) throw refusal(400, 'The path does not say which resource is meant.');
  if (info.isResourceRequest && info.verb === '') throw refusal(405, 'This method is not supported on a resource.');
  const stream = streamSubresource(info);
  const verb = authorisationVerb(info);
  if (stream === null) return { info, verb, kind: trafficOf(info), stream, options: null };
  return { info, verb, kind: stream, stream, options: optionsOf(stream, target.query) };
}

function optionsOf(stream: StreamSubresource, query: string): StreamOptions {
  const { options, refused } = readStreamOptions(stream, query);
  if (options === undefined) {
    throw refusal(400, `The request was refused: ${refused}. Percent-encode each value, and give each option once.`);
  }
  return options;
}

function trafficOf(info: RequestInfo): 'unary' | 'watch' | 'log' | 'proxy' {
  if (!info.isResourceRequest) return 'unary';
  if (info.verb === 'watch') return 'watch';
  if (isProxy(info)) return 'proxy';
  return isPodLog(info) ? 'log' : 'unary';
}

/** Whether the apiserver proxies the request to a node, pod or service: by subresource, or in the legacy form by verb. */
export function isProxy(info: RequestInfo): boolean {
  return info.verb === 'proxy' || info.subresource === 'proxy';
}
