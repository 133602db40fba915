import { type ApiResource, resourceId } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { kubeSource } from './kube-source.ts';
import type { ListFormat } from './list-format.ts';
import { LiveList } from './live-list.ts';
import { listNamespaces } from './namespaces.ts';
import { rememberedNamespaces } from './remembered-namespaces.ts';
import { browserSurroundings, nextFrame } from './surroundings.ts';
import { watchBudget } from './watch-budget.ts';

/** How long an unused list is kept, in milliseconds, because people navigate back. */
const LINGER_MS = 20_000;
/** How many namespaces are tried if the person may not list the whole cluster. */
const MOST_TRIED = 50;

/** A request for live objects of a kind. */
export interface ListRequest<T> {
  ref: ClusterRef;
  resource: ApiResource;
  format: ListFormat<T>;
  /** Empty for the whole cluster. */
  namespaces?: readonly string[] | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Whether to show single namespaces if the person may not list the whole cluster. Default: false, and the list is denied. */
  narrows?: boolean;
  /** Maximum number of objects; default: no limit. */
  most?: number | undefined;
}

interface Shared {
  /** With the item type `T` of the request with this key. */
  list: LiveList<unknown>;
  users: number;
  close: () => void;
  linger: (() => void) | undefined;
}

const lists = new Map<string, Shared>();

/** The key of a request; requests with the same key share a list. */
export function listKey<T>(request: ListRequest<T>): string {
  const { ref, resource, format, namespaces = [], labelSelector, fieldSelector, narrows, most } = request;
  return JSON.stringify([
    ref.organization,
    ref.cluster,
    resourceId(resource),
    resource.version,
    format.name,
    [...namespaces].sort(),
    labelSelector,
    fieldSelector,
    narrows === true,
    most,
  ]);
}

/** The list with this key, if it is in use or was until recently. */
export function sharedList<T>(key: string): LiveList<T> | undefined {
  return lists.get(key)?.list as LiveList<T> | undefined;
}

/** Starts using a list; all users of the same list share its watches. @returns a function to call once when done. */
export function lookAt<T>(key: string, request: ListRequest<T>): () => void {
  const shared = lists.get(key) ?? open(key, request);
  shared.linger?.();
  shared.linger = undefined;
  shared.users++;
  return () => release(shared);
}

function open<T>(key: string, request: ListRequest<T>): Shared {
  const { ref, resource, format, namespaces = [], labelSelector, fieldSelector, narrows, most } = request;
  const list = new LiveList<T>({
    format,
    source: (namespace, onColumns) =>
      kubeSource({ ref, resource, namespace, labelSelector, fieldSelector }, format, onColumns),
    namespaces: resource.namespaced ? namespaces : [],
    fallback: narrows === true && resource.namespaced ? () => knownNamespaces(ref) : undefined,
    most,
    around: browserSurroundings,
    schedule: nextFrame,
  });
  const shared: Shared = {
    list: list as LiveList<unknown>,
    users: 0,
    close: () => {
      shared.linger?.();
      list.stop();
      if (lists.get(key) === shared) lists.delete(key);
    },
    linger: undefined,
  };
  lists.set(key, shared);
  list.start();
  return shared;
}

async function knownNamespaces(ref: ClusterRef): Promise<string[]> {
  const remembered = rememberedNamespaces(ref);
  const listed = await listNamespaces(ref).catch(() => []);
  return [...new Set([...remembered, ...listed])].slice(0, MOST_TRIED);
}

function release(shared: Shared): void {
  shared.users--;
  if (shared.users > 0) return;
  const timer = setTimeout(() => shared.close(), LINGER_MS);
  const takeBack = watchBudget.offer(() => shared.close());
  shared.linger = () => {
    clearTimeout(timer);
    takeBack();
  };
}
