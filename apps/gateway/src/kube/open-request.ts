import { DrainingError, resetCodes, SessionClosedError, StreamResetError, TooManyStreamsError } from '@postern/mux';
import { InvalidHeadError, type OutgoingRequest, type RequestHead, type Tunnel } from '@postern/tunnel';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import { Refusal, refusal } from './refusal.ts';

/**
 * Where the tunnel of a cluster is found. In one process it is the registry itself; with several replicas an
 * implementation that goes to the replica which holds the tunnel can stand here.
 */
export interface TunnelSource {
  find(organizationId: string, clusterId: string): Tunnel | undefined;
}

/** Omit that keeps a union a union. */
type Headless<T> = T extends unknown ? Omit<T, 'cluster'> : never;

/**
 * Opens a request on the cluster's tunnel, after making sure that its agent lives.
 * @throws Refusal 503 when no agent is connected, 504 when it does not answer, 429, 431 and 400 when the tunnel does not take it.
 */
export async function openRequest(
  tunnels: TunnelSource,
  cluster: DirectoryCluster,
  request: { head: Headless<Extract<RequestHead, { kind: 'http' | 'upgrade' }>>; end: boolean; interactive?: boolean },
): Promise<OutgoingRequest> {
  // A tunnel may begin to drain between finding and asking it; another one may stand by.
  for (let attempt = 0; attempt < 3; attempt++) {
    const tunnel = tunnels.find(cluster.organizationId, cluster.id);
    if (tunnel === undefined) break;
    try {
      await tunnel.probe();
      const { end, interactive = false } = request;
      return tunnel.request({ ...request.head, cluster: cluster.id }, { end, interactive });
    } catch (error) {
      if (error instanceof TooManyStreamsError) {
        throw refusal(429, `Too many requests to the cluster "${cluster.name}" are open at once.`);
      }
      if (error instanceof RangeError) throw refusal(431, 'The headers of the request are too large.');
      if (error instanceof InvalidHeadError)
        throw refusal(400, 'The request has a header or a path that is malformed.');
      const isGone = error instanceof SessionClosedError || error instanceof DrainingError || tunnel.closed;
      if (!isGone) throw error;
    }
  }
  throw offline(cluster);
}

/** The agent is away: since when, and what to do. Without Retry-After, which would make kubectl wait and ask again. */
function offline(cluster: DirectoryCluster): Refusal {
  if (!cluster.everConnected) {
    return refusal(503, `No agent has connected to the cluster "${cluster.name}" yet. Run its install command first.`);
  }
  const { offlineSince } = cluster;
  const state =
    offlineSince === null ? 'has just gone offline' : `has been offline since ${offlineSince.toISOString()}`;
  return refusal(
    503,
    `The agent of the cluster "${cluster.name}" ${state}. Check that its pod runs (namespace postern-agent) and can reach Postern; it reconnects by itself.`,
  );
}

/** The refusal for a stream that ended before it was answered. */
export function failureOf(error: unknown, cluster: DirectoryCluster): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof StreamResetError)) return refusal(502, 'The agent gave an answer that makes no sense.');
  if (error.code === 'gone') return offline({ ...cluster, offlineSince: null, everConnected: true });
  const { httpStatus, sentence } = resetCodes[error.code];
  // 499 has no meaning to a client that is still here: the agent gave up.
  const status = httpStatus === 499 ? 502 : httpStatus;
  // The reason comes from the tenant's own agent. The mux bounds it; control characters have no place in a terminal.
  const reason = error.reason.replaceAll(/\p{C}/gu, ' ').trim();
  return refusal(status, reason === '' ? sentence : `${sentence} (${reason})`);
}
