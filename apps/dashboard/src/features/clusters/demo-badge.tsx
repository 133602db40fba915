import type { Cluster } from '@postern/contracts';
import { Badge } from '#components/ui/badge.tsx';

/** Marks a demo cluster, unless its name says it already. */
export function DemoBadge({ cluster }: { cluster: Cluster }) {
  return cluster.demo && cluster.name !== 'demo' && <Badge>demo</Badge>;
}
