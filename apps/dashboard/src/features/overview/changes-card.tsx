'use client';
import Link from 'next/link';
import { href } from '#components/href.ts';
import { Card } from '#components/ui/card.tsx';
import { Time } from '#components/ui/time.tsx';
import { ListBody } from './card-body.tsx';
import { recentRollouts } from './summary.ts';
import type { OverviewLists } from './use-overview.ts';

export interface ChangesCardProps {
  sets: OverviewLists['replicaSets'];
  online: boolean;
  /** The cluster's path. */
  base: string;
}

/** The latest rollouts. */
export function ChangesCard({ sets, online, base }: ChangesCardProps) {
  return (
    <Card title="Recent changes">
      <ListBody list={sets} online={online} what="replica sets" lines={3}>
        {(items) => {
          const rollouts = recentRollouts(items, 8);
          if (rollouts.length === 0) return <p className="text-muted">No deployment has been rolled out yet.</p>;
          return (
            <ul className="flex flex-col">
              {rollouts.map((rollout) => (
                <li key={rollout.key} className="flex min-h-8 items-center gap-2 border-b last:border-b-0">
                  <p className="min-w-0 flex-1 truncate">
                    <Link
                      prefetch={false}
                      href={base + href`/r/deployments.apps/${rollout.namespace}/${rollout.deployment}`}
                      className="link"
                    >
                      {rollout.deployment}
                    </Link>{' '}
                    <span className="text-muted">
                      {rollout.revision === '1' ? 'created' : 'rolled out'}
                      {rollout.revision !== undefined && rollout.revision !== '1' && `, revision ${rollout.revision}`}
                    </span>{' '}
                    <span className="text-faint">in {rollout.namespace}</span>
                  </p>
                  <Time at={rollout.at} form="ago" className="shrink-0 text-faint text-xs" />
                </li>
              ))}
            </ul>
          );
        }}
      </ListBody>
    </Card>
  );
}
