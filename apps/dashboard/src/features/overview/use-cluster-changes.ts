'use client';
import { configMetadata, SCALING, secretSelector, workloadMetadata } from '#features/changes/selection.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { metadataFields, objectFields, rowsWithMetadata } from '#features/kube/list-format.ts';
import type { Row } from '#features/kube/table-rows.ts';
import type { UsedList } from '#features/kube/use-live-list.ts';
import { useFigures } from './use-figures.ts';

/** Rows are a tenth of the objects, and have the images. */
const rows = rowsWithMetadata(workloadMetadata);
const configuration = metadataFields<{ metadata: unknown }>(configMetadata);
const scalingFigures = objectFields<unknown>({
  metadata: {},
  reason: true,
  message: true,
  lastTimestamp: true,
  eventTime: true,
  involvedObject: { namespace: true, name: true },
});
const MOST = 3000;

/** The lists that changes are read from; each may be loading, denied or failed independently. */
export interface ClusterChanges {
  replicaSets: UsedList<Row>;
  deployments: UsedList<Row>;
  statefulSets: UsedList<Row>;
  daemonSets: UsedList<Row>;
  configMaps: UsedList<{ metadata: unknown }>;
  secrets: UsedList<{ metadata: unknown }>;
  /** Events about the scaling of deployments. */
  scaled: UsedList<unknown>;
}

export function useClusterChanges(ref: ClusterRef, online: boolean): ClusterChanges {
  const { replicaSets, deployments, statefulSets, daemonSets, configMaps, secrets, events } = knownKinds;
  const workloads = { ref, online, format: rows, most: MOST };
  const config = { ref, online, format: configuration, most: MOST };
  return {
    replicaSets: useFigures({ ...workloads, resource: replicaSets }),
    deployments: useFigures({ ...workloads, resource: deployments }),
    statefulSets: useFigures({ ...workloads, resource: statefulSets }),
    daemonSets: useFigures({ ...workloads, resource: daemonSets }),
    configMaps: useFigures({ ...config, resource: configMaps }),
    secrets: useFigures({ ...config, resource: secrets, fieldSelector: secretSelector }),
    scaled: useFigures({
      ref,
      online,
      resource: events,
      format: scalingFigures,
      most: 500,
      fieldSelector: `reason=${SCALING}`,
    }),
  };
}
