'use client';
import type { AuditEvent } from '@postern/contracts';
import { ArrowUp, ScrollText } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Time } from '#components/ui/time.tsx';
import { LastKnown } from '#features/freshness/last-known.tsx';
import { type AuditFilter, filterNames, isFiltered } from './audit-filter.ts';
import { EventDialog } from './event-dialog.tsx';
import { decisionTones, deedOf, objectOf } from './event-words.ts';
import { useTrail } from './use-trail.ts';

const noFilter = Object.fromEntries(filterNames.map((name) => [name, ''])) as unknown as AuditFilter;

/** The entries of the trail that fit a filter. */
export function Trail({
  organization,
  filter,
  onFilter,
}: {
  organization: string;
  filter: AuditFilter;
  onFilter: (change: Partial<AuditFilter>) => void;
}) {
  const { trail, events, newer, isMore, showNewer } = useTrail(organization, filter);
  const [shown, setShown] = useState<AuditEvent>();
  const filtered = isFiltered(filter);
  return (
    <>
      {events === undefined &&
        (trail.error === null ? (
          <Skeleton className="h-60 w-full" />
        ) : (
          <ErrorState title="The trail could not be loaded." onRetry={() => void trail.refetch()}>
            {trail.error.message}
          </ErrorState>
        ))}
      <LastKnown at={trail.dataUpdatedAt} className="flex flex-col gap-3">
        <div role="status" className="flex justify-center empty:hidden">
          {newer > 0 && (
            <Button size="sm" icon={<ArrowUp aria-hidden />} onClick={() => void showNewer()}>
              {isMore ? `${newer} or more` : newer} new
            </Button>
          )}
        </div>
        {events?.length === 0 && (
          <EmptyState
            icon={<ScrollText aria-hidden />}
            title={filtered ? 'No entries match the filter' : 'Nothing was recorded yet'}
            action={filtered && <Button onClick={() => onFilter(noFilter)}>Clear the filter</Button>}
          >
            {filtered
              ? 'Names of people, clusters and resources must be complete; an action that ends in a dot stands for all that begin with it.'
              : 'Every change, every refusal and every request to a cluster appears here, whoever made it and with whatever program.'}
          </EmptyState>
        )}
        {events !== undefined && events.length > 0 && (
          <DataTable label="Audit trail" columns={columnsFor(setShown)} rows={events} keyOf={({ id }) => id} />
        )}
        {trail.hasNextPage && (
          <Button className="self-center" busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
            Show older
          </Button>
        )}
      </LastKnown>
      <EventDialog organization={organization} event={shown} onClose={() => setShown(undefined)} />
    </>
  );
}

function columnsFor(show: (event: AuditEvent) => void): Column<AuditEvent>[] {
  return [
    { header: 'When', cell: ({ at }) => <Time at={at} form="ago" className="text-muted" /> },
    { header: 'Who', cell: ({ actor }) => <span className="[overflow-wrap:anywhere]">{actor.name}</span> },
    {
      header: 'What',
      cell: (event) => <span className="font-medium [overflow-wrap:anywhere]">{deedOf(event)}</span>,
    },
    { header: 'Cluster', cell: ({ cluster }) => cluster?.name ?? <span className="text-faint">–</span> },
    {
      header: 'Object',
      cell: (event) =>
        objectOf(event) ? (
          <span className="[overflow-wrap:anywhere]">{objectOf(event)}</span>
        ) : (
          <span className="text-faint">–</span>
        ),
    },
    {
      header: 'Outcome',
      cell: ({ decision, status }) => (
        <span className="inline-flex items-center gap-1.5">
          <Badge tone={decisionTones[decision]}>{decision}</Badge>
          {status !== null && <span className="text-faint tabular-nums">{status}</span>}
        </span>
      ),
    },
    {
      header: 'Details',
      quiet: true,
      align: 'right',
      cell: (event) => (
        <Button size="sm" variant="ghost" aria-label={`Details of entry ${event.seq}`} onClick={() => show(event)}>
          Details
        </Button>
      ),
    },
  ];
}
