import { HeadTooLargeError, resetCodes, StreamResetError, TooManyStreamsError } from '@postern/mux';
import { InvalidAnswerError, InvalidHeadError } from '@postern/tunnel';
import { Refusal, refusal } from '../access/refusal.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import { ClusterOfflineError } from '../connector/cluster-connector.ts';

/** The refusal for a request that could not be opened, or ended without a response. An error of ours is returned unchanged. */
export function failureOf(error: unknown, cluster: DirectoryCluster): unknown {
  if (error instanceof ClusterOfflineError) return offline(cluster);
  if (error instanceof StreamResetError) return ofReset(error, cluster);
  if (error instanceof TooManyStreamsError)
    return refusal(429, `Too many requests to the cluster "${cluster.name}" are open at once.`);
  if (error instanceof HeadTooLargeError) return refusal(431, 'The headers of the request are too large.');
  if (error instanceof InvalidHeadError) return refusal(400, 'The request has a header or a path that is malformed.');
  if (error instanceof InvalidAnswerError) return refusal(502, 'The answer of the agent is malformed.');
  return error;
}

function ofReset({ code, reason }: StreamResetError, cluster: DirectoryCluster): Refusal {
  if (code === 'gone') return offline({ ...cluster, offlineSince: null, everConnected: true });
  const { httpStatus, sentence } = resetCodes[code];
  // 499 means that the client left, but this client is still connected: it was the agent that gave up.
  const status = httpStatus === 499 ? 502 : httpStatus;
  // The reason comes from the tenant's own agent; the mux limits its length and makes it printable.
  const said = reason.trim();
  return refusal(status, said === '' ? sentence : `${sentence} (${said})`);
}

/** The agent is offline: says since when, and what to do. Without Retry-After, which would make kubectl wait and retry. */
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
