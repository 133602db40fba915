'use client';
import { useMemo } from 'react';
import { cn } from '#components/class-names.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import { DIMMED, isDoubtful } from '#features/freshness/freshness.ts';
import { FreshnessLine } from '#features/freshness/freshness-line.tsx';
import { useShownFreshness } from '#features/freshness/use-shown-freshness.ts';
import { lastSeen } from '#features/health/happenings.ts';
import { findResource } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { type KubeObject, objectKey } from '#features/kube/kube-object.ts';
import { wholeObjects } from '#features/kube/list-format.ts';
import { number, text } from '#features/kube/read.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { eventsOf } from './events-of.ts';

/** The events of one object, live, latest first. */
export function EventsTab({ target }: { target: ObjectRef }) {
  const { data } = useDiscovery(target.ref);
  const events = findResource(data?.resources ?? [], 'events');
  const { items, freshness } = useLiveList(
    events && {
      ...eventsOf(target),
      resource: events,
      format: wholeObjects,
    },
  );
  const doubtful = isDoubtful(useShownFreshness(freshness));
  const sorted = useMemo(() => items.toSorted((a, b) => lastSeen(b).localeCompare(lastSeen(a))), [items]);
  if (freshness.state === 'denied') {
    return <ErrorState title="You are not allowed to see the events of this object.">{freshness.message}</ErrorState>;
  }
  if (freshness.state === 'failed') {
    return (
      <ErrorState title="The events could not be loaded." retrying="Retrying automatically.">
        {freshness.message}
      </ErrorState>
    );
  }
  if (freshness.state === 'loading') {
    return (
      <div role="status" aria-label="Loading events" className="flex flex-col gap-3 py-2">
        <Skeleton className="w-2/3" />
        <Skeleton className="w-1/2" />
        <Skeleton className="w-3/5" />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <FreshnessLine freshness={freshness} />
      {sorted.length === 0 ? (
        <EmptyState title="No events">
          Clusters forget events after an hour or so. New ones appear here automatically.
        </EmptyState>
      ) : (
        <ol className={cn('flex flex-col divide-y rounded-lg border transition-opacity', doubtful && DIMMED)}>
          {sorted.map((event) => (
            <li
              key={objectKey(event)}
              className="grid gap-x-6 gap-y-0.5 px-4 py-2 sm:grid-cols-[200px_minmax(0,1fr)_auto]"
            >
              <StatusDot tone={text(event, 'type') === 'Warning' ? 'warn' : 'idle'}>
                {text(event, 'reason') ?? 'Event'}
              </StatusDot>
              <span className="min-w-0 [overflow-wrap:anywhere]">
                {text(event, 'message') ?? ''}
                <span className="text-faint">
                  {' '}
                  {text(event, 'source', 'component') ?? text(event, 'reportingComponent') ?? ''}
                </span>
              </span>
              <span className="whitespace-nowrap text-muted">
                <Times event={event} />
                <Time at={lastSeen(event)} form="ago" />
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Times({ event }: { event: KubeObject }) {
  const count = number(event, 'series', 'count') ?? number(event, 'count') ?? 1;
  return count > 1 ? <span className="tabular-nums">{count} times, </span> : null;
}
