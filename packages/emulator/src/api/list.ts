import type { KubeObject } from '../model/object.ts';
import { parseFieldSelector } from '../store/field-selector.ts';
import { parseLabelSelector } from '../store/label-selector.ts';
import type { Store } from '../store/store.ts';
import { badRequest, expired } from './api-error.ts';
import type { ResourceExchange } from './exchange.ts';
import type { ListMeta } from './representation.ts';

/** The selector of a list or watch. @throws ApiError 400. */
export function selector(exchange: ResourceExchange): (object: KubeObject) => boolean {
  const { query, resource, namespace, name } = exchange;
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(resource.key, query.get('fieldSelector') ?? '');
  return (object) =>
    (namespace === '' || object.metadata.namespace === namespace) &&
    (name === '' || object.metadata.name === name) &&
    labels(object.metadata.labels ?? {}) &&
    fields(object);
}

interface Continuation {
  revision: number;
  /** The key of the last object sent. */
  after: string;
}

const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

/**
 * A page of a list. Pages after the first show the current objects with the resource version of the first: a watch from there
 * repeats every change since, so that nothing is missed.
 * @throws ApiError 400, and 410 for a token older than the history.
 */
export function page(store: Store, exchange: ResourceExchange): { objects: KubeObject[]; metadata: ListMeta } {
  const { query, resource, namespace } = exchange;
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isSafeInteger(limit) || limit < 0) throw badRequest('limit must be a number, 0 or greater');
  const from = continuation(store, query.get('continue'), resource.key);
  const matches = selector(exchange);
  const all = store.list(resource.key, namespace).filter((object) => from === undefined || keyOf(object) > from.after);
  const objects = all.filter(matches);
  const resourceVersion = String(from?.revision ?? store.revision);
  if (limit === 0 || objects.length <= limit) return { objects, metadata: { resourceVersion } };
  const shown = objects.slice(0, limit);
  const last = shown.at(-1);
  const token: Continuation = { revision: Number(resourceVersion), after: last === undefined ? '' : keyOf(last) };
  const selects = (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';
  return {
    objects: shown,
    metadata: {
      resourceVersion,
      continue: Buffer.from(JSON.stringify(token)).toString('base64url'),
      ...(selects ? {} : { remainingItemCount: objects.length - shown.length }),
    },
  };
}

function continuation(store: Store, token: string | null, resource: string): Continuation | undefined {
  if (token === null || token === '') return undefined;
  try {
    const { revision, after } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Continuation;
    if (!Number.isSafeInteger(revision) || typeof after !== 'string') throw new Error();
    if (store.since(resource, revision) === undefined) throw expired('The provided continue parameter is too old.');
    return { revision, after };
  } catch (error) {
    if (error instanceof Error && error.message !== '' && 'status' in error) throw error;
    throw badRequest('continue key is not valid');
  }
}
