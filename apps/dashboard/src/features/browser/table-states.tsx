'use client';
import { Info, ListFilter, Lock } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { type ApiResource, pluralOf } from '#features/kube/api-resource.ts';
import type { LiveListState } from '#features/kube/live-list.ts';
import type { Row } from '#features/kube/table-rows.ts';

/** Says that the person may not list the whole cluster, which right is missing, and what is shown instead. */
export function NarrowedNote({ narrowed }: { narrowed: NonNullable<LiveListState<Row>['narrowed']> }) {
  const { message, namespaces } = narrowed;
  return (
    <div role="note" className="flex items-start gap-2 border-b bg-warn-soft px-4 py-1.5 text-warn">
      <Info className="mt-0.5 size-4 shrink-0" aria-hidden />
      <p className="[overflow-wrap:anywhere]">
        Shown from {namespaces.length === 0 ? 'no' : namespaces.length} of your namespaces
        {namespaces.length > 0 && ` (${namespaces.join(', ')})`}, for not all are allowed: {message}
      </p>
    </div>
  );
}

export interface TableEmptyProps {
  table: LiveListState<Row>;
  resource: ApiResource;
  namespaces: readonly string[];
  filter: string;
  onClearFilter: () => void;
}

/** Shown instead of rows: no match, no objects, not allowed, or not loaded. A refusal never looks like an empty table. */
export function TableEmpty({ table, resource, namespaces, filter, onClearFilter }: TableEmptyProps) {
  const { freshness } = table;
  const plural = pluralOf(resource);
  if (freshness.state === 'denied') {
    return (
      <div role="alert">
        <EmptyState
          icon={<Lock aria-hidden />}
          title={`You are not allowed to list ${plural} ${placeOf(resource, namespaces)}`}
        >
          <p className="[overflow-wrap:anywhere]">{freshness.message}</p>
          <p className="mt-2">
            {resource.namespaced
              ? 'Choose a namespace that you may read at the top right, or ask an administrator for this rule.'
              : 'Ask an administrator for this rule.'}{' '}
            Retrying every minute.
          </p>
        </EmptyState>
      </div>
    );
  }
  if (freshness.state === 'failed') {
    return (
      <ErrorState title={`${plural} could not be loaded.`} retrying="Retrying automatically.">
        {freshness.message}
      </ErrorState>
    );
  }
  if (table.items.length > 0 && filter !== '') {
    return (
      <EmptyState
        icon={<ListFilter aria-hidden />}
        title={`None of ${table.items.length.toLocaleString('en')} matches`}
        action={<Button onClick={onClearFilter}>Clear the filter</Button>}
      >
        Words must all be found. <code>-word</code> leaves out, <code>app=web</code> asks for a label,{' '}
        <code>status:running</code> for a column, <code>restarts&gt;3</code> and <code>age&lt;1h</code> for a size.
      </EmptyState>
    );
  }
  return (
    <EmptyState title={`No ${plural} ${placeOf(resource, namespaces)}`}>
      They appear here by themselves as soon as there are some.
    </EmptyState>
  );
}

function placeOf(resource: ApiResource, namespaces: readonly string[]): string {
  if (!resource.namespaced || namespaces.length === 0) return 'in this cluster';
  return namespaces.length === 1 ? `in ${namespaces[0]}` : `in these ${namespaces.length} namespaces`;
}
