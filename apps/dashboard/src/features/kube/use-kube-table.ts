'use client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type ApiResource, resourceId } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { KubeTable, type TableState } from './kube-table.ts';
import { listNamespaces } from './namespaces.ts';
import { rememberedNamespaces } from './remembered-namespaces.ts';
import { tableSource } from './sources.ts';
import { browserSurroundings } from './surroundings.ts';
import { watchBudget } from './watch-budget.ts';

/** A table that nobody looks at is kept this long (ms), for people go back. */
const LINGER_MS = 20_000;

export interface TableRequest {
  ref: ClusterRef;
  resource: ApiResource;
  /** Empty: the whole cluster. */
  namespaces?: readonly string[];
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

interface Shared {
  table: KubeTable;
  users: number;
  close: () => void;
  linger: (() => void) | undefined;
}

const tables = new Map<string, Shared>();

const keyOf = ({ ref, resource, namespaces = [], labelSelector, fieldSelector }: TableRequest): string =>
  JSON.stringify([
    ref.organization,
    ref.cluster,
    resourceId(resource),
    resource.version,
    [...namespaces].sort(),
    labelSelector,
    fieldSelector,
  ]);

function open(key: string, request: TableRequest): Shared {
  const { ref, resource, namespaces = [], labelSelector, fieldSelector } = request;
  const table = new KubeTable({
    source: (namespace, onColumns) =>
      tableSource({ ref, resource, namespace, labelSelector, fieldSelector }, onColumns),
    namespaces,
    namespaced: resource.namespaced,
    fallback: async () => {
      const remembered = rememberedNamespaces(ref);
      const listed = await listNamespaces(ref).catch(() => []);
      return [...new Set([...remembered, ...listed])].slice(0, 50);
    },
    around: browserSurroundings,
    schedule: (commit) => {
      // Frames stop in a hidden page, but nothing else does.
      if (document.visibilityState === 'visible') requestAnimationFrame(commit);
      else setTimeout(commit, 200);
    },
  });
  const shared: Shared = {
    table,
    users: 0,
    close: () => {
      shared.linger?.();
      table.stop();
      if (tables.get(key) === shared) tables.delete(key);
    },
    linger: undefined,
  };
  tables.set(key, shared);
  table.start();
  return shared;
}

function acquire(key: string, request: TableRequest): Shared {
  const shared = tables.get(key) ?? open(key, request);
  shared.linger?.();
  shared.linger = undefined;
  shared.users++;
  return shared;
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

const NOTHING: TableState = {
  rows: [],
  columns: [],
  version: 0,
  freshness: { state: 'loading', loaded: 0, remaining: undefined },
  narrowed: undefined,
};

/**
 * Live rows of a kind; all who ask for the same share them. `request` undefined: not yet. `retry` asks again now.
 */
export function useKubeTable(request: TableRequest | undefined): TableState & { retry: () => void } {
  const key = request === undefined ? '' : keyOf(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of the request
  const subscribe = useCallback(
    (listener: () => void) => {
      if (key === '' || request === undefined) return () => undefined;
      const shared = acquire(key, request);
      const unsubscribe = shared.table.subscribe(listener);
      listener();
      return () => {
        unsubscribe();
        release(shared);
      };
    },
    [key],
  );
  const state = useSyncExternalStore(
    subscribe,
    () => tables.get(key)?.table.state ?? NOTHING,
    () => NOTHING,
  );
  return useMemo(() => ({ ...state, retry: () => tables.get(key)?.table.retry() }), [state, key]);
}
