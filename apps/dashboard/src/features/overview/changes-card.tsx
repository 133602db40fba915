'use client';
import { useMemo } from 'react';
import { Card } from '#components/ui/card.tsx';
import { newestFirst } from '#features/changes/change.ts';
import { ChangeList } from '#features/changes/change-list.tsx';
import { configChanges } from '#features/changes/config-changes.ts';
import { joinScalings, scalingEvents, scalings } from '#features/changes/scalings.ts';
import { edits, rollouts } from '#features/changes/workload-changes.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { ListBody } from './card-body.tsx';
import { itemsOf } from './list-state.ts';
import type { ClusterChanges } from './use-cluster-changes.ts';

const MOST = 10;

export interface ChangesCardProps {
  lists: ClusterChanges;
  online: boolean;
  /** The cluster's path. */
  base: string;
}

/** The latest rollouts, scalings and changes of configuration. */
export function ChangesCard({ lists, online, base }: ChangesCardProps) {
  const { replicaSets, deployments, statefulSets, daemonSets, configMaps, secrets, scaled } = lists;
  const others = useMemo(
    () => [
      ...joinScalings(
        itemsOf(deployments) === undefined ? [] : scalings(deployments, knownKinds.deployments),
        scalingEvents(itemsOf(scaled) ?? []),
      ),
      ...(itemsOf(statefulSets) === undefined
        ? []
        : [...scalings(statefulSets, knownKinds.statefulSets), ...edits(statefulSets, knownKinds.statefulSets)]),
      ...(itemsOf(daemonSets) === undefined ? [] : edits(daemonSets, knownKinds.daemonSets)),
      ...configChanges(itemsOf(configMaps) ?? [], knownKinds.configMaps),
      ...configChanges(itemsOf(secrets) ?? [], knownKinds.secrets),
    ],
    [deployments, statefulSets, daemonSets, configMaps, secrets, scaled],
  );
  const hidden = [
    configMaps.freshness.state === 'denied' ? 'config maps' : undefined,
    secrets.freshness.state === 'denied' ? 'secrets' : undefined,
  ].filter((what) => what !== undefined);
  return (
    <Card title="Recent changes">
      <ListBody list={replicaSets} online={online} what="replica sets" lines={3}>
        {() => (
          <>
            <ChangeList
              changes={newestFirst([...rollouts(replicaSets, deployments), ...others], MOST)}
              base={base}
              empty="Nothing has been rolled out, scaled or configured yet."
            />
            {hidden.length > 0 && (
              <p className="pt-2 text-faint text-xs">
                Without changes of {hidden.join(' and ')}, which you may not list in the whole cluster.
              </p>
            )}
          </>
        )}
      </ListBody>
    </Card>
  );
}
