import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorisationVerb, requestInfo } from '@postern/kube';
import { answerPath } from './answer-path.ts';
import { answerResource } from './answer-resource.ts';
import { ApiError, badRequest, noSuchPath } from './api-error.ts';
import { type Exchange, type ResourceExchange, sendJson } from './exchange.ts';
import { authenticate } from './identity.ts';
import type { Resources } from './resources.ts';
import type { WriteContext } from './write.ts';

export interface ApiContext extends WriteContext {
  token: string;
  resources: Resources;
}

/** An authorised request, for a resource or a path. */
type Admitted = Omit<Exchange, 'response'> | Omit<ResourceExchange, 'response'>;

/** Paths that anybody may read, as in the cluster role system:public-info-viewer. */
const PUBLIC = /^\/(?:healthz|livez|readyz|version)(?:\/|$)/;

/** Parses, authenticates and authorises the head of a request. @throws ApiError 400, 401, 403, 404. */
export function admit(context: ApiContext, request: IncomingMessage): Admitted {
  const user = authenticate(request, context.token);
  const { path, search } = splitUrl(request.url ?? '/');
  const info = requestInfo(request.method ?? 'GET', path, search);
  if (info === null) throw badRequest('the request could not be understood');
  const exchange = { request, path, query: new URLSearchParams(search), user };
  if (!info.isResourceRequest) {
    const blank = { group: '', resource: '', subresource: '', namespace: '', name: '' };
    if (!PUBLIC.test(path)) context.authorizer.demand(user, { ...blank, verb: info.verb, path });
    return exchange;
  }
  const { apiGroup: group, resource: plural, subresource, namespace, name } = info;
  const verb = authorisationVerb(info);
  context.authorizer.demand(user, { verb, group, resource: plural, subresource, namespace, name });
  const resource = context.resources.find(group, info.apiVersion, plural);
  const isCore = info.apiPrefix === 'api';
  if (resource === undefined || isCore !== (group === '') || info.parts.length > 3) throw noSuchPath();
  const isKnown = subresource === '' || resource.subresources.some((one) => one.name === subresource);
  if (!isKnown || (!resource.namespaced && namespace !== '' && plural !== 'namespaces')) throw noSuchPath();
  const scope = resource.namespaced ? namespace : '';
  return { ...exchange, resource, verb: info.verb, namespace: scope, name, subresource };
}

function splitUrl(url: string): { path: string; search: string } {
  const at = url.indexOf('?');
  try {
    return { path: decodeURIComponent(at === -1 ? url : url.slice(0, at)), search: at === -1 ? '' : url.slice(at + 1) };
  } catch {
    throw badRequest('the path is not percent-encoded well');
  }
}

const internalError = new ApiError(500, 'InternalError', 'Internal error occurred: the demo cluster failed at this');

/** The Status for an error. */
export function statusOf(error: unknown): ApiError['status'] {
  return (error instanceof ApiError ? error : internalError).status;
}

/** Handles a request that is not an upgrade. Never throws: errors become a Status. */
export async function answer(context: ApiContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const admitted = admit(context, request);
    if ('resource' in admitted) await answerResource(context, { ...admitted, response });
    else answerPath(context.resources, { ...admitted, response });
  } catch (error) {
    const status = statusOf(error);
    sendJson({ response }, status.code, status);
  }
}
