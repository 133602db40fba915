import type { Duplex } from 'node:stream';
import type { ResetCode } from '@postern/mux';
import type { RequestHead, ResponseHead } from '@postern/tunnel';

/** Omit that keeps a union a union. */
type WithoutCluster<T> = T extends unknown ? Omit<T, 'cluster'> : never;

/** What is asked of a cluster: method, path, headers, and as whom. */
export type ClusterRequestHead = WithoutCluster<Extract<RequestHead, { kind: 'http' | 'upgrade' }>>;

/**
 * The bytes of one request to a cluster and of its answer: a Duplex with back-pressure and half-close. Whatever ends it before
 * both sides have finished is a StreamResetError.
 */
export interface ClusterStream extends Duplex {
  /** Bytes that left towards the cluster, and bytes that came from it. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Ends both directions at once; what is queued or unread is dropped. The agent is told the reason (256 bytes, no secrets). */
  reset(code: ResetCode, reason: string): void;
  /** Ends both directions with an error behind everything that was written. */
  abort(code: ResetCode, reason: string): void;
}

/** A request that was opened; its stream can be written at once. */
export interface OutgoingRequest {
  stream: ClusterStream;
  /** The head of the answer. Rejects with StreamResetError or InvalidAnswerError; not asking for it is fine. */
  response: Promise<ResponseHead>;
}

export interface OpenOptions {
  /** No body follows: our direction is ended with the head. */
  end: boolean;
  /** Goes ahead of bulk data where both wait: a terminal. */
  interactive: boolean;
}

/**
 * How a cluster is reached, whoever holds its tunnel: this process (`TunnelConnector`), or another gateway that is one hop
 * away. Which person may reach which cluster was decided before.
 */
export interface ClusterConnector {
  /**
   * Opens a request, after making sure that the cluster's agent lives.
   * @throws ClusterOfflineError, TooManyStreamsError, HeadTooLargeError, InvalidHeadError.
   */
  open(
    cluster: { organizationId: string; id: string },
    head: ClusterRequestHead,
    options: OpenOptions,
  ): Promise<OutgoingRequest>;
}

/** No agent of the cluster is connected, or none that answers. */
export class ClusterOfflineError extends Error {
  override readonly name = 'ClusterOfflineError';
}
