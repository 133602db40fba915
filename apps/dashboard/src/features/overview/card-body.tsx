'use client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { UsedList } from '#features/kube/use-live-list.ts';
import { itemsOf } from './list-state.ts';

interface BodyProps<T> {
  /** The subject of the messages: "nodes". */
  what: string;
  /** Height of the skeleton, in lines. */
  lines?: number;
  children: (data: T) => ReactNode;
}

/** The content of a card for a live list: the items, a skeleton, or an error with what to do. */
export function ListBody<T>({
  list,
  online,
  what,
  lines,
  children,
}: BodyProps<readonly T[]> & {
  list: UsedList<T>;
  /** Whether the cluster's agent is connected. */
  online: boolean;
}) {
  const items = itemsOf(list);
  if (items !== undefined) return children(items);
  if (!online) return <p className="text-muted">Unknown: the cluster is offline.</p>;
  const { freshness } = list;
  if (freshness.state === 'denied') {
    return (
      <ErrorState compact title={`You are not allowed to list ${what} in the whole cluster.`}>
        {freshness.message}
      </ErrorState>
    );
  }
  if (freshness.state === 'failed') return <Failed what={what} message={freshness.message} onRetry={list.retry} />;
  return <Loading what={what} lines={lines} />;
}

/** The same for a query to the gateway's own API. */
export function QueryBody<T>({ query, what, lines, children }: BodyProps<T> & { query: UseQueryResult<T> }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error === null) return <Loading what={what} lines={lines} />;
  return <Failed what={what} message={query.error.message} onRetry={() => void query.refetch()} />;
}

function Loading({ what, lines = 3 }: { what: string; lines: number | undefined }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="flex flex-col gap-2.5 py-1">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all lines of a skeleton are alike
        <Skeleton key={line} className={line % 2 === 0 ? 'w-3/4' : 'w-1/2'} />
      ))}
    </div>
  );
}

function Failed({ what, message, onRetry }: { what: string; message: string; onRetry: () => void }) {
  return (
    <ErrorState compact title={`The ${what} could not be loaded.`} retrying="Retrying automatically." onRetry={onRetry}>
      {message}
    </ErrorState>
  );
}
