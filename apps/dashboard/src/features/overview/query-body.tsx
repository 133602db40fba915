'use client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';

/** The inside of a card by the state of its query: what it shows, its skeleton, or why it cannot, with what to do. */
export function QueryBody<T>({
  query,
  what,
  lines = 3,
  children,
}: {
  query: UseQueryResult<T>;
  /** In a sentence: "nodes". */
  what: string;
  /** Height of the skeleton. */
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error === null && query.fetchStatus === 'idle') {
    return <p className="text-muted">Not known: the cluster is offline.</p>;
  }
  if (query.error === null) {
    return (
      <div role="status" aria-label={`Loading ${what}`} className="flex flex-col gap-2.5 py-1">
        {Array.from({ length: lines }, (_, line) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a skeleton are all alike
          <Skeleton key={line} className={line % 2 === 0 ? 'w-3/4' : 'w-1/2'} />
        ))}
      </div>
    );
  }
  if (query.error instanceof KubeError && query.error.status === 403) {
    return (
      <ErrorState compact title={`You may not list ${what} in the whole cluster.`}>
        {query.error.message}
      </ErrorState>
    );
  }
  return (
    <ErrorState
      compact
      title={`The ${what} could not be loaded.`}
      retrying="It tries again by itself."
      onRetry={() => void query.refetch()}
    >
      {sentenceOf(query.error)}
    </ErrorState>
  );
}
