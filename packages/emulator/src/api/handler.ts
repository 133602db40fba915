import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorisationVerb, requestInfo } from '@postern/kube';
import type { World, Worlds } from '../world.ts';
import { answerPath } from './answer-path.ts';
import { answerResource } from './answer-resource.ts';
import { ApiError, badRequest, noSuchPath } from './api-error.ts';
import { type Exchange, type ResourceExchange, sendJson } from './exchange.ts';
import { anonymous, bearerToken, unauthorized, userInWorld } from './identity.ts';
import { type Attributes, refusal } from './rbac.ts';

/** An authorised request, for a resource or a path, and its world: undefined if it has none, because it is anonymous. */
interface Admitted {
  world: World | undefined;
  exchange: Omit<Exchange, 'response'>;
}

/** An authorised request for a resource of a world. */
interface AdmittedToResource {
  world: World;
  exchange: Omit<ResourceExchange, 'response'>;
}

export function isForResource(admitted: Admitted | AdmittedToResource): admitted is AdmittedToResource {
  return 'resource' in admitted.exchange;
}

/** Paths that anybody may read, as in the cluster role system:public-info-viewer. */
const PUBLIC = /^\/(?:healthz|livez|readyz|version)(?:\/|$)/;

/** Parses, authenticates and authorises the head of a request. @throws ApiError 400, 401, 403, 404. */
export function admit(worlds: Worlds, request: IncomingMessage): Admitted | AdmittedToResource {
  const token = bearerToken(request);
  const world = token === undefined ? undefined : worlds.openedBy(token);
  if (token !== undefined && world === undefined) throw unauthorized();
  const user = world === undefined ? anonymous : userInWorld(request);
  const { path, search } = splitUrl(request.url ?? '/');
  const info = requestInfo(request.method ?? 'GET', path, search);
  if (info === null) throw badRequest('the request could not be understood');
  const exchange = { request, path, query: new URLSearchParams(search), user };
  const demand = (attributes: Attributes) => {
    if (world === undefined) throw refusal(user, attributes);
    world.authorizer.demand(user, attributes);
  };
  if (!info.isResourceRequest) {
    const blank = { group: '', resource: '', subresource: '', namespace: '', name: '' };
    if (!PUBLIC.test(path)) demand({ ...blank, verb: info.verb, path });
    return { world, exchange };
  }
  const { apiGroup: group, resource: plural, subresource, namespace, name } = info;
  const verb = authorisationVerb(info);
  demand({ verb, group, resource: plural, subresource, namespace, name });
  const resource = world?.resources.find(group, info.apiVersion, plural);
  const isCore = info.apiPrefix === 'api';
  if (world === undefined || resource === undefined) throw noSuchPath();
  if (isCore !== (group === '') || info.parts.length > 3) throw noSuchPath();
  const isKnown = subresource === '' || resource.subresources.some((one) => one.name === subresource);
  if (!isKnown || (!resource.namespaced && namespace !== '' && plural !== 'namespaces')) throw noSuchPath();
  const scope = resource.namespaced ? namespace : '';
  return { world, exchange: { ...exchange, resource, verb: info.verb, namespace: scope, name, subresource } };
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
export async function answer(worlds: Worlds, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const admitted = admit(worlds, request);
    const { world, exchange } = admitted;
    if (world !== undefined) response.once('close', world.hold(response));
    if (isForResource(admitted)) await answerResource(admitted.world, { ...admitted.exchange, response });
    else answerPath(world?.resources, { ...exchange, response });
  } catch (error) {
    const status = statusOf(error);
    sendJson({ response }, status.code, status);
  }
}
