/** Limits of connections and requests, before and after authentication. Times in milliseconds. */
export interface EdgeLimits {
  /** Connections of all kinds at once, tunnels included. */
  connections: number;
  /** From the first byte to the end of the request headers, or to the first HTTP/2 stream. */
  headersTimeoutMs: number;
  tlsHandshakeTimeoutMs: number;
  /** How long an HTTP/2 connection may have no stream, once a request on it was authenticated. */
  idleSessionMs: number;
  /** How long an HTTP/1.1 connection may be idle, or an unauthenticated HTTP/2 connection have no stream. */
  keepAliveMs: number;
  /** One block of request headers, in bytes. */
  headerBytes: number;
  /** HTTP/2 streams of a connection at once, before and after a request on it was authenticated. */
  anonymousStreamsPerSession: number;
  streamsPerSession: number;
  /** Memory that Node may use for one HTTP/2 connection, in MiB; a stream that would exceed it is refused. */
  sessionMemoryMib: number;
  /**
   * Streams that a client may reset on a connection, in a burst and per second; one more ends the connection. Somebody who
   * leaves a page cancels all of its watches at once, and may do so again on the next page.
   */
  streamResetBurst: number;
  streamResetRate: number;
  /** PING and SETTINGS frames on a connection, in a burst and per second; one more ends the connection. */
  controlFrameBurst: number;
  controlFrameRate: number;
  /** Requests of one HTTP/1.1 connection that wait for their responses; one more ends the connection. */
  pipelinedRequests: number;
  /** From the head of a request to the end of its body. Does not apply to authenticated requests to clusters. */
  bodyTimeoutMs: number;
  /** Between two bytes of the body of an authenticated request to a cluster. */
  bodyIdleMs: number;
  /** How long the client may read none of a response's queued bytes. */
  stalledMs: number;
  /** The same for an authenticated response of a cluster: `kubectl logs | less` may wait while somebody reads. */
  stalledClusterAnswerMs: number;
  /** How often deadlines are checked, and so how late each may take effect. */
  sweepMs: number;
}

export const edgeLimits: EdgeLimits = {
  connections: 50_000,
  headersTimeoutMs: 10_000,
  tlsHandshakeTimeoutMs: 10_000,
  idleSessionMs: 300_000,
  keepAliveMs: 75_000,
  headerBytes: 65_536,
  anonymousStreamsPerSession: 100,
  streamsPerSession: 256,
  sessionMemoryMib: 16,
  streamResetBurst: 512,
  streamResetRate: 33,
  controlFrameBurst: 200,
  controlFrameRate: 33,
  pipelinedRequests: 8,
  bodyTimeoutMs: 30_000,
  bodyIdleMs: 60_000,
  stalledMs: 30_000,
  stalledClusterAnswerMs: 3_600_000,
  sweepMs: 2_000,
};
