'use client';
import { href } from '#components/href.ts';
import { Time } from '#components/ui/time.tsx';
import { Link } from '#features/router/link.tsx';
import type { Change } from './change.ts';

export interface ChangeListProps {
  changes: readonly Change[];
  /** The cluster's path. */
  base: string;
  /** Whether all changes are in one namespace, which the page names already. */
  within?: boolean;
  /** Shown if there are none. */
  empty: string;
}

const kinds: Record<string, string> = { ConfigMap: 'config map', Secret: 'secret' };

/** Changes, newest first, each with who made it if that is known. */
export function ChangeList({ changes, base, within = false, empty }: ChangeListProps) {
  if (changes.length === 0) return <p className="text-muted">{empty}</p>;
  return (
    <ul className="flex flex-col">
      {changes.map(({ key, at, object, what, detail, by }) => (
        <li key={key} className="border-b py-1.5 last:border-b-0">
          <div className="flex items-baseline gap-2">
            <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {kinds[object.kind] !== undefined && <span className="text-muted">{kinds[object.kind]} </span>}
              <Link
                href={
                  base + href`/r/${object.resource}/${object.namespace === '' ? '-' : object.namespace}/${object.name}`
                }
                className="link"
              >
                {object.name}
              </Link>{' '}
              <span className="text-muted">{what}</span>
              {!within && object.namespace !== '' && <span className="text-faint"> in {object.namespace}</span>}
            </p>
            <Time at={new Date(at)} form="ago" className="shrink-0 text-faint text-xs" />
          </div>
          {(detail !== undefined || by !== undefined) && (
            <p className="text-muted text-xs [overflow-wrap:anywhere]">
              {[detail, by === undefined ? undefined : `by ${by}`].filter(Boolean).join(', ')}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
