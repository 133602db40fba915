'use client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { LastKnown } from './last-known.tsx';

export interface ListedProps<T> {
  query: UseQueryResult<T[]>;
  /** Title of the error: "The members could not be loaded." */
  failed: string;
  /** Shown if there are none. */
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}

/** What a query lists: its place while it loads, its error with a retry, or its rows. */
export function Listed<T>({ query, failed, empty, children }: ListedProps<T>) {
  if (query.data === undefined)
    return query.error === null ? (
      <Skeleton className="h-40 w-full" />
    ) : (
      <ErrorState title={failed} onRetry={() => void query.refetch()}>
        {query.error.message}
      </ErrorState>
    );
  return <LastKnown at={query.dataUpdatedAt}>{query.data.length === 0 ? empty : children(query.data)}</LastKnown>;
}
