'use client';
import { cn } from '#components/class-names.ts';
import { formatBytes } from '#components/format/bytes.ts';
import { formatCores } from '#components/format/quantity.ts';
import { href } from '#components/href.ts';
import { Card } from '#components/ui/card.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import { judgeNode } from '#features/health/node-verdict.ts';
import { severity } from '#features/health/verdict.ts';
import { Link } from '#features/router/link.tsx';
import { ListBody } from './card-body.tsx';
import type { KubeNode, NodeMetrics } from './kube-objects.ts';
import { itemsOf } from './list-state.ts';
import { allocatableOf, rolesOf, usageOf } from './summary.ts';
import type { OverviewLists } from './use-overview.ts';

/** Number of nodes shown, unhealthy ones first. */
const SHOWN = 8;

export interface NodesCardProps extends Pick<OverviewLists, 'nodes' | 'metrics'> {
  /** The time to judge them at, in milliseconds since 1970, rounded. */
  now: number;
  online: boolean;
  /** The cluster's path. */
  base: string;
  className?: string;
}

export function NodesCard({ nodes, metrics, now, online, base, className }: NodesCardProps) {
  return (
    <Card
      {...(className === undefined ? {} : { className })}
      title="Nodes"
      aside={
        <Link className="link" href={`${base}/r/nodes`}>
          All nodes
        </Link>
      }
    >
      <ListBody list={nodes} online={online} what="nodes" lines={3}>
        {(items) => {
          const uses = new Map(itemsOf(metrics)?.map((one) => [one.metadata.name, one]));
          const rank = (node: KubeNode) => severity(judgeNode(node, now).tone);
          const sorted = items.toSorted(
            (a, b) => rank(a) - rank(b) || a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }),
          );
          return (
            <ul className="flex flex-col">
              {sorted.slice(0, SHOWN).map((node) => (
                <NodeRow
                  key={node.metadata.name}
                  node={node}
                  now={now}
                  metrics={uses.get(node.metadata.name)}
                  base={base}
                />
              ))}
              {items.length > SHOWN && <li className="pt-1 text-faint text-xs">and {items.length - SHOWN} more</li>}
            </ul>
          );
        }}
      </ListBody>
    </Card>
  );
}

interface NodeRowProps {
  node: KubeNode;
  now: number;
  metrics: NodeMetrics | undefined;
  base: string;
}

function NodeRow({ node, now, metrics, base }: NodeRowProps) {
  const { tone, word, because } = judgeNode(node, now);
  const has = allocatableOf(node);
  const uses = usageOf(metrics);
  const roles = rolesOf(node);
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-0.5 border-b py-1 last:border-b-0">
      <StatusDot tone={tone} className="min-w-40 flex-1 max-sm:basis-full">
        <Link href={base + href`/r/nodes/-/${node.metadata.name}`} className="link">
          {node.metadata.name}
        </Link>
        {roles.length > 0 && <span className="ml-2 text-faint">{roles.join(', ')}</span>}
        <span className="sr-only">, {word}</span>
        {tone !== 'ok' && (
          <span aria-hidden title={because} className={cn('ml-2', tone === 'bad' ? 'text-bad' : 'text-warn')}>
            {word}
          </span>
        )}
      </StatusDot>
      <span className="min-w-36 whitespace-nowrap text-muted tabular-nums sm:text-right">
        {uses === undefined ? formatCores(has.cpu) : `${formatCores(uses.cpu)} of ${formatCores(has.cpu)}`} CPU
      </span>
      <span className="min-w-36 whitespace-nowrap text-muted tabular-nums sm:text-right">
        {uses === undefined ? formatBytes(has.memory) : `${formatBytes(uses.memory)} of ${formatBytes(has.memory)}`}
      </span>
      <span className="whitespace-nowrap text-faint">{node.status?.nodeInfo?.kubeletVersion}</span>
      {node.metadata.creationTimestamp !== undefined && (
        <Time at={node.metadata.creationTimestamp} className="w-12 text-right text-faint" />
      )}
    </li>
  );
}
