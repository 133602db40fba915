'use client';
import { formatBytes } from '#components/format/bytes.ts';
import { formatCores } from '#components/format/quantity.ts';
import { Card } from '#components/ui/card.tsx';
import { Meter } from './meter.tsx';
import { QueryBody } from './query-body.tsx';
import { totalAllocatable, totalRequests, totalUsage } from './summary.ts';
import { MOST_PODS, type useNodeMetrics, type useNodes, type usePods } from './use-overview.ts';

export interface CapacityCardProps {
  nodes: ReturnType<typeof useNodes>;
  pods: ReturnType<typeof usePods>;
  metrics: ReturnType<typeof useNodeMetrics>;
}

/** What the nodes have, what pods ask for, and what is in use where metrics exist. */
export function CapacityCard({ nodes, pods, metrics }: CapacityCardProps) {
  return (
    <Card title="Capacity">
      <QueryBody query={nodes} what="nodes" lines={4}>
        {({ items }) => {
          const total = totalAllocatable(items);
          const requests = pods.data === undefined ? undefined : totalRequests(pods.data.items);
          const usage = metrics.data === undefined ? undefined : totalUsage(metrics.data.items);
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
              {pods.data?.truncated === true && (
                <p className="text-faint text-xs">Requests of the first {MOST_PODS.toLocaleString('en')} pods.</p>
              )}
              {metrics.error !== null && (
                <p className="text-faint text-xs">
                  What is in use is not known: the cluster serves no metrics (metrics.k8s.io) to you.
                </p>
              )}
            </div>
          );
        }}
      </QueryBody>
    </Card>
  );
}
