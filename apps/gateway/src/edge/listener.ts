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
    // No deadline for a whole request, because uploads to a cluster may be long. `Deadlines` limits the bodies.
    requestTimeout: 0,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: limits.keepAliveMs,
    insecureHTTPParser: false,
    // Checked in `refuseAmbiguous`: Node would respond, but still pass on requests pipelined after it.
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
      // Raised, with the windows, once a request on the connection was authenticated.
      maxConcurrentStreams: limits.anonymousStreamsPerSession,
      maxHeaderListSize: limits.headerBytes,
    },
  });
  // Peers that do not speak TLS or break it off are not worth logging.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return { server, sessions: watchSessions(server, limits) };
}
