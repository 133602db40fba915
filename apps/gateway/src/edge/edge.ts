import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { GatewayMetrics } from '../metrics/metrics.ts';
import { watchSessions } from './http2-sessions.ts';
import { type EdgeLimits, edgeLimits } from './limits.ts';
import { refuseSocket, respondPlain } from './plain-response.ts';
import { ownerOf } from './routes.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;
type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface EdgeHandlers {
  /** Nest: `/api/`, `/healthz`, `/readyz`, `/install.yaml`. */
  api: RequestHandler;
  /** `/k8s/`. */
  kube: { request: RequestHandler; upgrade: UpgradeHandler };
  /** `/tunnel`: WebSockets of agents. */
  tunnel: UpgradeHandler;
  /** `/socket.io/`: WebSockets of browsers. */
  live: UpgradeHandler;
  /** Everything else. */
  dashboard: RequestHandler;
}

export interface EdgeOptions {
  /** PEM. Undefined behind a load balancer that ends TLS: the edge then speaks plain HTTP/1.1. */
  tls: { cert: string; key: string } | undefined;
  publicOrigin: string;
  handlers: EdgeHandlers;
  limits?: Partial<EdgeLimits>;
  metrics: Pick<GatewayMetrics, 'answered'>;
  logger: Logger;
}

export interface Edge {
  /** Rejects when the address cannot be had (EADDRINUSE, EACCES). */
  listen(port: number, host: string): Promise<AddressInfo>;
  /** Takes no new connection, lets running requests end for at most `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/**
 * The one listener: owns the port, speaks HTTP/2 and HTTP/1.1 by ALPN, and hands each request and each upgrade to its owner
 * by path before any framework sees it.
 */
export function createEdge(options: EdgeOptions): Edge {
  const limits = { ...edgeLimits, ...options.limits };
  const { server, sessions } = createListener(options.tls, limits);
  const sockets = new Set<Socket>();
  const busy = new WeakMap<object, number>();
  const securityHeaders = commonHeaders(options.publicOrigin);
  let closing = false;

  server.maxConnections = limits.connections;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
  });

  const onRequest: RequestHandler = (request, response) => {
    // Node hides the socket of an HTTP/2 stream; only HTTP/1.1 connections need counting.
    if (request.httpVersionMajor < 2) {
      const { socket } = request;
      busy.set(socket, (busy.get(socket) ?? 0) + 1);
      response.once('close', () => busy.set(socket, (busy.get(socket) ?? 1) - 1));
      if (closing) response.setHeader('connection', 'close');
    }
    response.once('close', () => options.metrics.answered(ownerOf(request.url ?? '') ?? 'none', response.statusCode));
    for (const [name, value] of securityHeaders) response.setHeader(name, value);
    if (isAmbiguous(request)) respondPlain(response, 400, 'A header that decides comes more than once.');
    else dispatch(options.handlers, request, response);
  };
  const onUpgrade: UpgradeHandler = (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    // Both directions of a connection end by themselves from here on (a port-forward may half-close).
    socket.allowHalfOpen = true;
    if (isAmbiguous(request)) refuseSocket(socket, 400);
    else dispatchUpgrade(options.handlers, { request, socket, head });
  };
  server.on('request', onRequest as never);
  server.on('upgrade', onUpgrade as never);
  // Over HTTP/1.1 the second argument is the bare connection, over HTTP/2 a response.
  server.on('connect', ((request: IncomingMessage, answer: Duplex | ServerResponse) => {
    if (request.httpVersionMajor < 2) refuseSocket(answer as Duplex, 405);
    else respondPlain(answer as ServerResponse, 405, 'This is no proxy.');
  }) as never);
  server.on('clientError', ((error: NodeJS.ErrnoException, socket: Duplex) => {
    const answerable = error.code !== 'ECONNRESET' && (busy.get(socket) ?? 0) === 0;
    if (!answerable) socket.destroy();
    else refuseSocket(socket, clientErrorStatus(error.code));
  }) as never);

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host, backlog: 4_096 }, () => {
          server.off('error', reject);
          server.on('error', (error) => options.logger.error({ error }, 'the listener failed'));
          resolve(server.address() as AddressInfo);
        });
      }),
    close: async (graceMs) => {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      sessions?.close();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      const deadline = setTimeout(() => {
        sessions?.destroy();
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

type Listener = Server | Http2SecureServer;

function createListener(
  tls: EdgeOptions['tls'],
  limits: EdgeLimits,
): { server: Listener; sessions?: ReturnType<typeof watchSessions> } {
  const http1 = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    // No deadline for a whole request: uploads may be long. Whoever reads the body bounds it.
    requestTimeout: 0,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: limits.keepAliveMs,
    insecureHTTPParser: false,
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
    maxSessionMemory: 32,
    settings: {
      enablePush: false,
      initialWindowSize: 1024 * 1024,
      maxConcurrentStreams: limits.streamsPerSession,
      maxHeaderListSize: limits.headerBytes,
    },
  });
  // Peers that speak no TLS or break it off are no events of ours.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return { server, sessions: watchSessions(server, limits) };
}

/** Headers of which Node takes the first and another hop might take the last (RFC 9112, 3.2). */
const single: ReadonlySet<string> = new Set(['host', 'authorization', 'origin', 'content-type']);

function isAmbiguous({ rawHeaders }: IncomingMessage): boolean {
  const found = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!single.has(name)) continue;
    if (found.has(name)) return true;
    found.add(name);
  }
  return false;
}

function dispatch(handlers: EdgeHandlers, request: IncomingMessage, response: ServerResponse): void {
  switch (ownerOf(request.url ?? '')) {
    case 'kube':
      handlers.kube.request(request, response);
      break;
    case 'api':
      handlers.api(request, response);
      break;
    case 'dashboard':
      handlers.dashboard(request, response);
      break;
    case 'tunnel':
    case 'live':
      if (request.httpVersionMajor < 2) response.setHeader('upgrade', 'websocket');
      respondPlain(response, 426, 'This path takes WebSockets only.');
      break;
    case null:
      respondPlain(response, 400, 'The request target must be a path.');
      break;
  }
}

function dispatchUpgrade(
  handlers: EdgeHandlers,
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
): void {
  switch (ownerOf(request.url ?? '')) {
    case 'kube':
      handlers.kube.upgrade(request, socket, head);
      break;
    case 'tunnel':
      handlers.tunnel(request, socket, head);
      break;
    case 'live':
      handlers.live(request, socket, head);
      break;
    case 'api':
    case 'dashboard':
    case null:
      refuseSocket(socket, 400);
      break;
  }
}

/** Headers that every answer carries. Strict-Transport-Security only for real names: on localhost it would bind every port. */
function commonHeaders(publicOrigin: string): [name: string, value: string][] {
  const { protocol, hostname } = new URL(publicOrigin);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.local') || /^[\d.]+$|:/.test(hostname);
  const headers: [string, string][] = [
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'same-origin'],
  ];
  if (protocol === 'https:' && !isLocal) headers.push(['strict-transport-security', 'max-age=31536000']);
  return headers;
}

function clientErrorStatus(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return 400;
}
