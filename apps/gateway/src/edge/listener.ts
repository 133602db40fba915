import { createServer, type Server } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { watchSessions } from './http2-sessions.ts';
import type { EdgeLimits } from './limits.ts';

export type Listener = Server | Http2SecureServer;

/** The server that owns the port: TLS with HTTP/2 and HTTP/1.1 by ALPN, or plain HTTP/1.1 behind a load balancer. */
export function createListener(
  tls: { cert: string; key: string } | undefined,
  limits: EdgeLimits,
): { server: Listener; sessions?: ReturnType<typeof watchSessions> } {
  const http1 = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    // No deadline for a whole request: uploads to a cluster may be long. `Deadlines` bounds the bodies.
    requestTimeout: 0,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: limits.keepAliveMs,
    insecureHTTPParser: false,
    // Looked at in `refuseAmbiguous`: Node would answer, and yet hand on what was pipelined behind.
    requireHostHeader: false,
  };
  if (tls === undefined) return { server: createServer(http1) };
  const server = createSecureServer({
    ...http1,
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.2',
    allowHTTP1: true,
    handshakeTimeout: limits.tlsHandshakeTimeoutMs,
    unknownProtocolTimeout: limits.tlsHandshakeTimeoutMs,
    maxSessionMemory: limits.sessionMemoryMib,
    streamResetBurst: limits.streamResetBurst,
    streamResetRate: limits.streamResetRate,
    settings: {
      enablePush: false,
      // Raised, with the windows, once somebody was authenticated on the connection.
      maxConcurrentStreams: limits.anonymousStreamsPerSession,
      maxHeaderListSize: limits.headerBytes,
    },
  });
  // Peers that speak no TLS or break it off are no events of ours.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return { server, sessions: watchSessions(server, limits) };
}
