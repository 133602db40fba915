/** What one connection may cost before and after it is known whose it is. Times in milliseconds. */
export interface EdgeLimits {
  /** Connections of all kinds at once, tunnels included. */
  connections: number;
  /** From the first byte to the end of the request headers; also to the first HTTP/2 stream. */
  headersTimeoutMs: number;
  tlsHandshakeTimeoutMs: number;
  /** An HTTP/2 connection without a stream is closed after this. */
  idleSessionMs: number;
  /** An HTTP/1.1 connection between two requests. */
  keepAliveMs: number;
  headerBytes: number;
  streamsPerSession: number;
}

export const edgeLimits: EdgeLimits = {
  connections: 50_000,
  headersTimeoutMs: 10_000,
  tlsHandshakeTimeoutMs: 10_000,
  idleSessionMs: 300_000,
  keepAliveMs: 75_000,
  headerBytes: 65_536,
  streamsPerSession: 256,
};
