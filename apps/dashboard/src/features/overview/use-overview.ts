'use client';
import { nodeFields, podFields } from '#features/health/pod-fields.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { objectFields, tableRows } from '#features/kube/list-format.ts';
import type { Row } from '#features/kube/table-rows.ts';
import type { UsedList } from '#features/kube/use-live-list.ts';
import type { KubeEvent, KubeNode, NodeMetrics, Pod } from './kube-objects.ts';
import { useFigures } from './use-figures.ts';

/** With more pods than this there are no totals, because the load on the cluster would be too high. */
export const MOST_PODS = 5000;

const requests = { resources: { requests: true, limits: { memory: true } }, name: true, restartPolicy: true } as const;

const podFigures = objectFields<Pod>({
  ...podFields,
  spec: { ...podFields.spec, containers: requests, initContainers: requests },
});
const nodeFigures = objectFields<KubeNode>({
  metadata: { creationTimestamp: true, labels: true },
  spec: nodeFields.spec,
  status: { ...nodeFields.status, allocatable: true, nodeInfo: { kubeletVersion: true } },
});
const eventFigures = objectFields<KubeEvent>({
  metadata: { creationTimestamp: true },
  type: true,
  reason: true,
  message: true,
  count: true,
  lastTimestamp: true,
  eventTime: true,
  series: { count: true, lastObservedTime: true },
  involvedObject: { kind: true, namespace: true, name: true },
});
const metricFigures = objectFields<NodeMetrics>({ metadata: {}, usage: true });

/** The live lists of a cluster's overview; each may be loading, denied or failed independently. */
export interface OverviewLists {
  nodes: UsedList<KubeNode>;
  pods: UsedList<Pod>;
  warnings: UsedList<KubeEvent>;
  jobs: UsedList<Row>;
  claims: UsedList<Row>;
  /** Usage of CPU and memory; fails if the cluster serves no metrics API. */
  metrics: UsedList<NodeMetrics>;
}

/** If `online` is false, the agent is not connected, and the last known state stays. */
export function useOverview(ref: ClusterRef, online: boolean): OverviewLists {
  const { nodes, pods, events, jobs, claims, nodeMetrics } = knownKinds;
  const list = { ref, online };
  return {
    nodes: useFigures({ ...list, resource: nodes, format: nodeFigures, most: 2000 }),
    pods: useFigures({ ...list, resource: pods, format: podFigures, most: MOST_PODS }),
    warnings: useFigures({
      ...list,
      resource: events,
      format: eventFigures,
      most: 3000,
      fieldSelector: 'type=Warning',
    }),
    jobs: useFigures({ ...list, resource: jobs, format: tableRows, most: 2000 }),
    claims: useFigures({ ...list, resource: claims, format: tableRows, most: 2000 }),
    metrics: useFigures({ ...list, resource: nodeMetrics, format: metricFigures, most: 2000 }),
  };
}
