'use client';
import { useDeferredValue, useEffect, useRef } from 'react';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { type ListFormat, metadataFields, objectFields } from '#features/kube/list-format.ts';
import { type UsedList, useLiveList } from '#features/kube/use-live-list.ts';
import type { KubeEvent, KubeNode, MetadataOnly, NodeMetrics, Pod } from './kube-objects.ts';

/** With more pods than this there are no totals, because the load on the cluster would be too high. */
export const MOST_PODS = 5000;

const containers = { resources: { requests: true }, restartPolicy: true } as const;
const statuses = { state: { waiting: { reason: true }, terminated: { reason: true, exitCode: true } } } as const;

const podFigures = objectFields<Pod>({
  metadata: {},
  spec: { nodeName: true, containers, initContainers: containers },
  status: { phase: true, reason: true, containerStatuses: statuses, initContainerStatuses: statuses },
});
const nodeFigures = objectFields<KubeNode>({
  metadata: { creationTimestamp: true, labels: true },
  spec: { unschedulable: true },
  status: {
    allocatable: true,
    conditions: { type: true, status: true, reason: true, message: true },
    nodeInfo: { kubeletVersion: true },
  },
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
const rolloutFigures = metadataFields<MetadataOnly>({
  creationTimestamp: true,
  ownerReferences: { kind: true, name: true },
  annotations: { 'deployment.kubernetes.io/revision': true },
});
const metricFigures = objectFields<NodeMetrics>({ metadata: {}, usage: true });

/** The live lists of a cluster's overview; each may be loading, denied or failed independently. */
export interface OverviewLists {
  nodes: UsedList<KubeNode>;
  pods: UsedList<Pod>;
  warnings: UsedList<KubeEvent>;
  replicaSets: UsedList<MetadataOnly>;
  /** Usage of CPU and memory; fails if the cluster serves no metrics API. */
  metrics: UsedList<NodeMetrics>;
}

/** If `online` is false, the agent is not connected, and the last known state stays. */
export function useOverview(ref: ClusterRef, online: boolean): OverviewLists {
  const { nodes, pods, events, replicaSets, nodeMetrics } = knownKinds;
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
    replicaSets: useFigures({ ...list, resource: replicaSets, format: rolloutFigures, most: 3000 }),
    metrics: useFigures({ ...list, resource: nodeMetrics, format: metricFigures, most: 2000 }),
  };
}

interface FiguresRequest<T> {
  ref: ClusterRef;
  online: boolean;
  resource: ApiResource;
  format: ListFormat<T>;
  most: number;
  fieldSelector?: string;
}

/** A live list that is rendered with lower priority than user input. */
function useFigures<T>({ online, ...request }: FiguresRequest<T>): UsedList<T> {
  const list = useLiveList(request);
  const { retry } = list;
  // Retry at once when the agent is connected again.
  const wasOnline = useRef(online);
  useEffect(() => {
    if (online && !wasOnline.current) retry();
    wasOnline.current = online;
  }, [online, retry]);
  return useDeferredValue(list);
}
