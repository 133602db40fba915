import type { ClusterRef, QueryParams } from './cluster-ref.ts';
import { kubeErrorOf } from './kube-error.ts';
import { kubeFetch } from './kube-fetch.ts';
import { LineSplitter } from './lines.ts';
import { get, text } from './read.ts';

/** An event of a watch as received, except ERROR. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: unknown;
}

/** Bookmarks arrive about once a minute; a stream that is silent for much longer may be dead, and is replaced. */
const SILENCE_MS = 150_000;
/** Limit on an event, in characters. An object has at most 1.5 MiB in etcd, but an event may contain it escaped twice. */
const LONGEST_EVENT = 16 * 1024 * 1024;

export interface WatchRequest {
  path: string;
  params: QueryParams;
  accept: string;
  signal: AbortSignal;
}

/**
 * Opens a watch with fetch, because a browser's WebSocket cannot send `Accept` and so would never get a Table.
 * @throws KubeError for an error response or an ERROR event (410: list again); TypeError if the connection broke.
 */
export async function openWatch(ref: ClusterRef, request: WatchRequest): Promise<AsyncIterable<WatchEvent>> {
  const silence = new AbortController();
  const signal = AbortSignal.any([request.signal, silence.signal]);
  const response = await kubeFetch(ref, request.path, {
    params: {
      ...request.params,
      watch: 1,
      allowWatchBookmarks: true,
      timeoutSeconds: 1500 + Math.floor(Math.random() * 300),
    },
    accept: request.accept,
    signal,
  });
  return events(response, silence);
}

async function* events(response: Response, silence: AbortController): AsyncGenerator<WatchEvent> {
  if (response.body === null) return;
  const splitter = new LineSplitter({ longest: LONGEST_EVENT });
  const reader = response.body.getReader();
  const giveUp = () => silence.abort();
  let timer = setTimeout(giveUp, SILENCE_MS);
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE_MS);
      for (const line of splitter.push(value)) if (line !== '') yield readEvent(line);
    }
  } catch (error) {
    // Treated as a normal end: if the connection is broken, resuming the watch will fail.
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => undefined);
  }
}

/** Parses one line of a watch. @throws KubeError for an ERROR event. */
export function readEvent(line: string): WatchEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    throw new TypeError('The watch ended in the middle of an event.');
  }
  const type = text(event, 'type');
  const object = get(event, 'object');
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK') return { type, object };
  throw kubeErrorOf(object, 500);
}
