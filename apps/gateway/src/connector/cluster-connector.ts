import type { Duplex } from 'node:stream';
import type { ResetCode } from '@postern/mux';
import type { RequestHead, ResponseHead } from '@postern/tunnel';

/** `Omit` that distributes over a union. */
type WithoutCluster<T> = T extends unknown ? Omit<T, 'cluster'> : never;

/** A request to a cluster: method, path, headers and identity. */
export type ClusterRequestHead = WithoutCluster<Extract<RequestHead, { kind: 'http' | 'upgrade' }>>;

/**
 * The bytes of one request to a cluster and of its response: a Duplex with back-pressure and half-close. If it ends before
 * both sides have finished, its error is a StreamResetError.
 */
export interface ClusterStream extends Duplex {
  /** Bytes sent to the cluster, and bytes received from it. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Ends both directions at once, dropping queued and unread bytes. The reason is sent to the agent (256 bytes, no secrets). */
  reset(code: ResetCode, reason: string): void;
  /** Ends both directions with an error after everything written so far. */
  abort(code: ResetCode, reason: string): void;
}

/** An open request, whose stream can be written immediately. */
export interface OutgoingRequest {
  stream: ClusterStream;
  /** The head of the response. Rejects with StreamResetError or InvalidAnswerError; may be left unhandled. */
  response: Promise<ResponseHead>;
}

export interface OpenOptions {
  /** No body follows: our direction ends with the head. */
  end: boolean;
  /** Sent before bulk data that is also waiting; for terminals. */
  interactive: boolean;
}

/**
 * Reaches a cluster, whether this process holds its tunnel (`TunnelConnector`) or another gateway one hop away. The caller has
 * already checked that the person may reach the cluster.
 */
export interface ClusterConnector {
  /**
   * Opens a request, after making sure that the cluster's agent responds.
   * @throws ClusterOfflineError, TooManyStreamsError, HeadTooLargeError, InvalidHeadError.
   */
  open(
    cluster: { organizationId: string; id: string },
    head: ClusterRequestHead,
    options: OpenOptions,
  ): Promise<OutgoingRequest>;
}

/** No agent of the cluster is connected, or none responds. */
export class ClusterOfflineError extends Error {
  override readonly name = 'ClusterOfflineError';
}
