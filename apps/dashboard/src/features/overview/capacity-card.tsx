'use client';
import { formatBytes } from '#components/format/bytes.ts';
import { formatCores } from '#components/format/quantity.ts';
import { Card } from '#components/ui/card.tsx';
import { ListBody } from './card-body.tsx';
import { isRefused, itemsOf } from './list-state.ts';
import { Meter } from './meter.tsx';
import { totalAllocatable, totalRequests, totalUsage } from './summary.ts';
import { MOST_PODS, type OverviewLists } from './use-overview.ts';

export interface CapacityCardProps extends Pick<OverviewLists, 'nodes' | 'pods' | 'metrics'> {
  /** Whether the cluster's agent is connected. */
  online: boolean;
}

/** The capacity of the nodes, the requests of pods, and the usage if metrics are available. */
export function CapacityCard({ nodes, pods, metrics, online }: CapacityCardProps) {
  return (
    <Card title="Capacity">
      <ListBody list={nodes} online={online} what="nodes" lines={4}>
        {(items) => {
          const total = totalAllocatable(items);
          const podItems = itemsOf(pods);
          const metricItems = itemsOf(metrics);
          const requests = podItems && totalRequests(podItems);
          const usage = metricItems && totalUsage(metricItems);
          return (
            <div className="flex flex-col gap-3">
              {requests !== undefined && (
                <>
                  <Meter label="CPU requested" value={requests.cpu} total={total.cpu} format={formatCores} />
                  <Meter label="Memory requested" value={requests.memory} total={total.memory} format={formatBytes} />
                </>
              )}
              {usage !== undefined && (
                <>
                  <Meter label="CPU in use" value={usage.cpu} total={total.cpu} format={formatCores} />
                  <Meter label="Memory in use" value={usage.memory} total={total.memory} format={formatBytes} />
                </>
              )}
              {requests === undefined && usage === undefined && (
                <p className="text-muted">
                  {formatCores(total.cpu)} cores and {formatBytes(total.memory)} of memory.
                </p>
              )}
              {podItems !== undefined && pods.truncated && (
                <p className="text-faint text-xs">Only counts the first {MOST_PODS.toLocaleString('en')} pods.</p>
              )}
              {isRefused(metrics) && (
                <p className="text-faint text-xs">
                  Current usage is unknown: this cluster provides no metrics to you (metrics.k8s.io).
                </p>
              )}
            </div>
          );
        }}
      </ListBody>
    </Card>
  );
}
