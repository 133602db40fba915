'use client';
import { useTicking } from '#components/ticker.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { Time } from '#components/ui/time.tsx';
import { Link } from '#features/router/link.tsx';
import { ListBody } from './card-body.tsx';
import { groupWarnings, type WarningGroup } from './summary.ts';
import type { OverviewLists } from './use-overview.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface WarningsCardProps {
  warnings: OverviewLists['warnings'];
  online: boolean;
  /** The cluster's path. */
  base: string;
}

/** Warnings of the last hour, grouped. */
export function WarningsCard({ warnings, online, base }: WarningsCardProps) {
  const minute = useTicking((now) => Math.floor(now / MINUTE_MS));
  return (
    <Card
      title="Warnings of the last hour"
      aside={
        <Link className="link" href={`${base}/r/events`}>
          All events
        </Link>
      }
    >
      <ListBody list={warnings} online={online} what="events" lines={4}>
        {(items) => {
          const groups = groupWarnings(items, minute * MINUTE_MS - HOUR_MS);
          if (groups.length === 0) return <p className="text-muted">None. All quiet.</p>;
          return (
            <ul className="flex flex-col">
              {groups.slice(0, 8).map((group) => (
                <li key={group.key} className="border-b py-2 last:border-b-0">
                  <div className="flex items-center gap-2">
                    <span className="font-medium">{group.reason}</span>
                    <Badge tone="warn" className="tabular-nums">
                      ×{group.count}
                    </Badge>
                    <span className="min-w-0 truncate text-muted">{placeOf(group)}</span>
                    <Time at={group.lastSeen} form="ago" className="ml-auto shrink-0 text-faint text-xs" />
                  </div>
                  <p className="line-clamp-2 text-muted [overflow-wrap:anywhere]" title={group.message}>
                    {group.message}
                  </p>
                </li>
              ))}
              {groups.length > 8 && <li className="pt-1 text-faint text-xs">and {groups.length - 8} more kinds</li>}
            </ul>
          );
        }}
      </ListBody>
    </Card>
  );
}

function placeOf({ kind, objects }: WarningGroup): string {
  const [first] = objects;
  if (objects.length === 1 && first !== undefined) {
    return `${kind} ${first.namespace === undefined ? '' : `${first.namespace}/`}${first.name}`;
  }
  return `${objects.length} ${kind === '' ? 'objects' : `${kind.toLowerCase()}s`}`;
}
