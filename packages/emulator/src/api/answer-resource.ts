import type { Workload } from '../model/kinds.ts';
import { metricsObjects } from '../simulation/metrics.ts';
import { podLog } from '../streams/pod-log.ts';
import { badRequest, methodNotAllowed, notFound } from './api-error.ts';
import { parseBody, readBody } from './body.ts';
import { evict } from './evict.ts';
import { type ResourceExchange, sendJson } from './exchange.ts';
import { FieldValidation } from './field-validation.ts';
import { page } from './list.ts';
import { patch } from './patch.ts';
import { Representation } from './representation.ts';
import { review } from './reviews.ts';
import { readScale, writeScale } from './scale.ts';
import { watch } from './watch.ts';
import { create, remove, removeAll, update, type WriteContext } from './write.ts';

/** A complete response; streams write their own. */
interface Answer {
  code: number;
  body: object;
}

const ok = (body: object): Answer => ({ code: 200, body });

/** Serves requests for a resource. @throws ApiError. */
export async function answerResource(context: WriteContext, exchange: ResourceExchange): Promise<void> {
  const { verb, subresource, resource, request } = exchange;
  if (subresource === 'log') podLog(context, exchange);
  else if (verb === 'watch' && resource.verbs.includes('watch')) {
    watch(context.store, exchange, representation(context, exchange));
  } else {
    const isWrite = verb !== 'get' && verb !== 'list';
    const bytes = isWrite ? await readBody(request) : Buffer.alloc(0);
    const body = bytes.length === 0 ? undefined : parseBody(bytes, request.headers['content-type']);
    const validated = ['create', 'update', 'patch'].includes(verb)
      ? { ...exchange, validation: new FieldValidation(exchange, { bytes, value: body }) }
      : exchange;
    const answer = subresource === '' || subresource === 'status' ? onObjects : onSubresource;
    const { code, body: answered } = answer(context, validated, body);
    sendJson(exchange, code, answered);
  }
}

function representation({ clock }: WriteContext, { resource, query, request }: ResourceExchange): Representation {
  return new Representation(resource, { accept: request.headers.accept, query, now: () => clock.now() });
}

function onSubresource(context: WriteContext, exchange: ResourceExchange, body: unknown): Answer {
  const { resource, namespace, name, verb, subresource } = exchange;
  if (subresource === 'scale') {
    if (verb !== 'get') return ok(writeScale(context, exchange, body));
    return ok(readScale(context.store.get(resource.key, namespace, name) as Workload));
  }
  if (subresource === 'eviction') {
    evict(context, exchange, body);
    return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
  }
  throw badRequest('unable to upgrade: the connection does not ask for WebSocket or SPDY/3.1 over HTTP/1.1');
}

function onObjects(context: WriteContext, exchange: ResourceExchange, body: unknown): Answer {
  const { store, authorizer } = context;
  const { resource, namespace, name, verb } = exchange;
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
  if (resource.verbs.length === 1) return { code: 201, body: review(authorizer, exchange, body) };
  const shown = representation(context, exchange);
  if (resource.group === 'metrics.k8s.io') return metrics(context, exchange, shown);
  switch (verb) {
    case 'get':
      return ok(shown.one(store.get(resource.key, namespace, name)));
    case 'list': {
      const { objects, metadata } = page(store, exchange);
      return ok(shown.many(objects, metadata));
    }
    case 'create':
      return { code: 201, body: shown.one(create(context, exchange, body)) };
    case 'update':
      return ok(shown.one(update(context, exchange, body)));
    case 'patch': {
      const { object, created } = patch(context, exchange, body);
      return { code: created ? 201 : 200, body: shown.one(object) };
    }
    case 'delete':
      return deleted(exchange, remove(context, exchange, body));
    case 'deletecollection':
      return ok(shown.many(removeAll(context, exchange, body), { resourceVersion: String(store.revision) }));
    default:
      throw methodNotAllowed();
  }
}

/** The response to a deletion: the object if it still exists, otherwise a Status. */
function deleted({ resource, name }: ResourceExchange, object: object | undefined): Answer {
  if (object !== undefined) return ok(object);
  const details = { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural };
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

/** Metrics are computed when they are requested. */
function metrics(context: WriteContext, exchange: ResourceExchange, shown: Representation): Answer {
  const objects = metricsObjects(context, exchange);
  if (exchange.verb === 'list') return ok(shown.many(objects, { resourceVersion: '' }));
  const [found] = objects;
  if (found === undefined) throw notFound(exchange.resource.key, exchange.name);
  return ok(shown.one(found));
}
