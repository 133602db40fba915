import type { KubeObject } from '../model/object.ts';
import type { Store, StoreEvent } from '../store/store.ts';
import { ApiError, badRequest, expired, invalid } from './api-error.ts';
import type { ResourceExchange } from './exchange.ts';
import { selector } from './list.ts';
import type { Representation } from './representation.ts';

const BOOKMARK_INTERVAL = 60_000;
/** A watcher with more unread bytes than this is cut off, and must list again. */
const MAX_BACKLOG = 8 * 1024 * 1024;

/**
 * Streams the changes of a resource, one JSON object per line, until the client disconnects, `timeoutSeconds` pass or the
 * server ends. A resource version that is too old becomes an ERROR event with 410, as in the apiserver.
 * @throws ApiError before anything is sent.
 */
export function watch(store: Store, exchange: ResourceExchange, representation: Representation): void {
  const { query, resource, response } = exchange;
  if (query.get('sendInitialEvents') !== null) {
    throw invalid('ListOptions.meta.k8s.io', '', {
      field: 'sendInitialEvents',
      message: 'Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    });
  }
  const matches = selector(exchange);
  const from = startRevision(store, query.get('resourceVersion') ?? '');
  const seconds = Number(query.get('timeoutSeconds') ?? Number.NaN);
  const lifetime = seconds > 0 ? seconds * 1_000 : 1_800_000 * (1 + Math.random());

  response.statusCode = 200;
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-cache, private');
  const send = (event: object) => {
    if (response.writableEnded || response.destroyed) return;
    response.write(`${JSON.stringify(event)}\n`);
    if (response.writableLength > MAX_BACKLOG) response.destroy();
  };
  const announce = (event: StoreEvent) => {
    if (event.resource !== resource.key) return;
    const type = seenAs(event, matches);
    if (type === undefined) return;
    send(representation.event(type, event.object));
  };

  if (from === undefined) {
    for (const object of store.list(resource.key)) if (matches(object)) send(representation.event('ADDED', object));
  } else {
    const missed = store.since(resource.key, from);
    if (missed === undefined) {
      send({ type: 'ERROR', object: expired(`too old resource version: ${from} (${store.revision})`).status });
      response.end();
      return;
    }
    for (const event of missed) announce(event);
  }
  response.flushHeaders();

  const unsubscribe = store.subscribe(announce);
  const bookmarks =
    query.get('allowWatchBookmarks') === 'true'
      ? setInterval(() => send(representation.event('BOOKMARK', bookmark(exchange, store.revision))), BOOKMARK_INTERVAL)
      : undefined;
  const timeout = setTimeout(() => response.end(), Math.min(lifetime, 2 ** 31 - 1));
  response.on('close', () => {
    unsubscribe();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  });
}

/** The revision to start from; undefined to start with the current objects. */
function startRevision(store: Store, text: string): number | undefined {
  if (text === '' || text === '0') return undefined;
  const revision = Number(text);
  if (!Number.isSafeInteger(revision) || revision < 0) throw badRequest(`Invalid value: "${text}": resourceVersion`);
  if (revision > store.revision) {
    const message = `Too large resource version: ${revision}, current: ${store.revision}`;
    throw new ApiError(504, 'Timeout', message, { retryAfterSeconds: 1 });
  }
  return revision;
}

/** The type of an event for a watcher whose selector matches only some objects. */
function seenAs(event: StoreEvent, matches: (object: KubeObject) => boolean): StoreEvent['type'] | undefined {
  const before = event.previous !== undefined && matches(event.previous);
  const after = event.type !== 'DELETED' && matches(event.object);
  if (before && after) return 'MODIFIED';
  if (before) return 'DELETED';
  return after ? 'ADDED' : undefined;
}

function bookmark({ resource }: ResourceExchange, revision: number): KubeObject {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const metadata = { resourceVersion: String(revision), creationTimestamp: null };
  return { apiVersion, kind: resource.kind, metadata } as unknown as KubeObject;
}
