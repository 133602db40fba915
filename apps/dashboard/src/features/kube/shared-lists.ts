import { type ApiResource, resourceId } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { IdleLists } from './idle-lists.ts';
import { kubeSource } from './kube-source.ts';
import type { ListFormat } from './list-format.ts';
import type { Surroundings } from './list-watch.ts';
import { LiveList } from './live-list.ts';
import { listNamespaces } from './namespaces.ts';
import { rememberedNamespaces } from './remembered-namespaces.ts';
import { browserSurroundings, nextFrame } from './surroundings.ts';
import { watchBudget } from './watch-budget.ts';

/** How long an unused list is kept up to date, in milliseconds, because people navigate back. */
const LINGER_MS = 20_000;
/** What is kept of lists that are no longer up to date. 50,000 rows of a table are about 50 MB. */
const idleLists = new IdleLists({ lists: 200, items: 50_000 });
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
  ref: ClusterRef;
  /** With the item type `T` of the request with this key. */
  list: LiveList<unknown>;
  users: number;
  /** Ends its watches but keeps its items; they continue where they were when somebody looks at it again. */
  rest: (resting: boolean) => void;
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

/** The list with this key, if it is in use, or was and is still kept. */
export function sharedList<T>(key: string): LiveList<T> | undefined {
  return lists.get(key)?.list as LiveList<T> | undefined;
}

/** Lets all lists of a cluster try again now instead of waiting: something that they all need is back. */
export function retryLists({ organization, cluster }: ClusterRef): void {
  for (const { ref, list } of lists.values())
    if (ref.organization === organization && ref.cluster === cluster) list.retry();
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
  const { attention, rest } = restingAttention(browserSurroundings.attention);
  const list = new LiveList<T>({
    format,
    source: (namespace, onColumns) =>
      kubeSource({ ref, resource, namespace, labelSelector, fieldSelector }, format, onColumns),
    namespaces: resource.namespaced ? namespaces : [],
    fallback: narrows === true && resource.namespaced ? () => knownNamespaces(ref) : undefined,
    most,
    around: { ...browserSurroundings, attention },
    schedule: nextFrame,
  });
  const shared: Shared = {
    ref,
    list: list as LiveList<unknown>,
    users: 0,
    rest,
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
  let forget: (() => void) | undefined;
  const rest = () => {
    takeBack();
    clearTimeout(timer);
    shared.rest(true);
    forget = idleLists.keep({ size: () => shared.list.state.items.length, close: () => shared.close() });
  };
  const timer = setTimeout(rest, LINGER_MS);
  const takeBack = watchBudget.offer(rest);
  shared.linger = () => {
    clearTimeout(timer);
    takeBack();
    forget?.();
    shared.rest(false);
  };
}

/** The attention to a list that can also rest while the page is visible. */
function restingAttention(page: Surroundings['attention']): {
  attention: Surroundings['attention'];
  rest: (resting: boolean) => void;
} {
  const listeners = new Set<() => void>();
  let resting = false;
  return {
    attention: {
      paused: () => resting || page.paused(),
      onChange: (listener) => {
        listeners.add(listener);
        const unlisten = page.onChange(listener);
        return () => {
          listeners.delete(listener);
          unlisten();
        };
      },
    },
    rest: (next) => {
      if (resting === next) return;
      resting = next;
      for (const listener of [...listeners]) listener();
    },
  };
}
