import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { ClusterConnector, ClusterRequestHead, OpenOptions } from '../connector/cluster-connector.ts';
import type { GatewayMetrics, StreamKind } from '../metrics/metrics.ts';
import { outcomeOf, Passage } from './passage.ts';

/** A passage whose streams are all counted in the metrics. */
export function meteredPassage(
  { connector, metrics }: { connector: ClusterConnector; metrics: Pick<GatewayMetrics, 'streamOpened'> },
  {
    cluster,
    head,
    kind,
    end,
    interactive,
  }: { cluster: DirectoryCluster; head: ClusterRequestHead; kind: StreamKind } & OpenOptions,
): Passage {
  return new Passage(async () => {
    const outgoing = await connector.open(cluster, head, { end, interactive });
    const meter = metrics.streamOpened(kind);
    outgoing.stream.once('close', () => meter.end(outcomeOf(outgoing.stream)));
    return outgoing;
  });
}
