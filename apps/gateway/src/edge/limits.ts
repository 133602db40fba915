/** What connections and requests may cost before and after it is known whose they are. Times in milliseconds. */
export interface EdgeLimits {
  /** Connections of all kinds at once, tunnels included. */
  connections: number;
  /** From the first byte to the end of the request headers; also to the first HTTP/2 stream. */
  headersTimeoutMs: number;
  tlsHandshakeTimeoutMs: number;
  /** An HTTP/2 connection without a stream is closed after this, once a request on it was authenticated. */
  idleSessionMs: number;
  /** An HTTP/1.1 connection between two requests; an HTTP/2 connection without a stream before anybody signed in on it. */
  keepAliveMs: number;
  /** One block of request headers, in bytes. */
  headerBytes: number;
  /** HTTP/2 streams of a connection at once, before and after a request on it was authenticated. */
  anonymousStreamsPerSession: number;
  streamsPerSession: number;
  /** What Node may hold for one HTTP/2 connection, in MiB; a stream that would exceed it is refused. */
  sessionMemoryMib: number;
  /** Streams of a connection that its client may reset at once, and in a second; one more ends the connection. */
  streamResetBurst: number;
  streamResetRate: number;
  /** PING and SETTINGS frames that a client may send on a connection at once, and in a second; one more ends the connection. */
  controlFrameBurst: number;
  controlFrameRate: number;
  /** Requests of one HTTP/1.1 connection that wait for their answers; one more ends the connection. */
  pipelinedRequests: number;
  /** From the head of a request to the end of its body. Does not hold for authenticated requests to clusters. */
  bodyTimeoutMs: number;
  /** Between two bytes of the body of an authenticated request to a cluster. */
  bodyIdleMs: number;
  /** An answer of which bytes are queued and the client takes none. */
  stalledMs: number;
  /** The same for an authenticated answer of a cluster: `kubectl logs | less` may wait while somebody reads. */
  stalledClusterAnswerMs: number;
  /** How often deadlines are looked at. Each may come so much late. */
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
  streamResetBurst: 200,
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
