import type { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { isHttp2Response } from '../core/http-version.ts';
import type { Limits } from '../limits/limits.ts';
import type { GatewayMetrics } from '../metrics/metrics.ts';
import { Acceptors } from './acceptors.ts';
import { clientAddress } from './client-address.ts';
import { Clients, type Connection } from './clients.ts';
import { Deadlines } from './deadlines.ts';
import { dispatch, dispatchUpgrade, type EdgeHandlers, type RequestHandler, type UpgradeHandler } from './dispatch.ts';
import { attachExchange, type Exchange, newExchange } from './exchange.ts';
import { FairQueue } from './fair-queue.ts';
import { type EdgeLimits, edgeLimits } from './limits.ts';
import { createListener } from './listener.ts';
import { refuseSocket, respondPlain } from './plain-response.ts';
import { takeProxyHeader } from './proxy-protocol.ts';
import { attachRemoteAddress, countedAddressOf, RemoteAddresses } from './remote-address.ts';
import { noPath, refuseAmbiguous, refuseTarget, tooMany } from './request-rules.ts';
import { ownerOfRequest } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { noProxies, type ProxySettings, TrustedProxies } from './trusted-proxies.ts';
import { closeAfter, closeUnlessRead } from './unread-body.ts';

export interface EdgeOptions {
  /** PEM. Undefined behind a load balancer that terminates TLS: the edge then speaks plain HTTP/1.1. */
  tls: { cert: string; key: string } | undefined;
  publicOrigin: string;
  handlers: EdgeHandlers;
  /** Load balancers that are trusted to name the client; none if undefined. */
  proxies?: ProxySettings | undefined;
  /** The limits of the process; the edge counts connections per network address. */
  limits: Limits;
  /** Overrides of `edgeLimits`. */
  edgeLimits?: Partial<EdgeLimits>;
  metrics: Pick<GatewayMetrics, 'answered'>;
  logger: Logger;
}

export interface Edge {
  /** Rejects if the address is not available (EADDRINUSE, EACCES). */
  listen(port: number, host: string): Promise<AddressInfo>;
  /** Accepts no new connection, waits at most `graceMs` for running requests, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * The only listener: owns the port, negotiates HTTP/2 or HTTP/1.1 by ALPN, and passes each request and each upgrade to its
 * owner by path, before any framework sees it.
 */
export function createEdge(options: EdgeOptions): Edge {
  const limits = { ...edgeLimits, ...options.edgeLimits };
  const { server, sessions } = createListener(options.tls, limits);
  const clients = new Clients(options.limits);
  const proxies = new TrustedProxies(options.proxies ?? noProxies);
  const addresses = new RemoteAddresses(proxies);
  const deadlines = new Deadlines({ limits, logger: options.logger });
  const sockets = new Set<Socket>();
  const connections = new WeakMap<object, Connection>();
  const headers = securityHeaders(options.publicOrigin);
  let closing = false;

  const handshakes = new FairQueue<Socket>((socket) => {
    if (socket.destroyed) return;
    server.emit('connection', socket);
    // With TLS, the handshake does the reading.
    if (options.tls === undefined) socket.resume();
  });
  const onConnection = (socket: Socket): void => {
    // Before TLS, so that an excess connection costs no handshake.
    if (sockets.size >= limits.connections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    const isProxy = proxies.has(socket.remoteAddress);
    if (isProxy && proxies.source === 'proxy-protocol') void afterProxyHeader(socket);
    // Many clients share a load balancer's connections; their requests are counted by the address that it names.
    else admit(socket, { isCounted: !isProxy });
  };
  const admit = (socket: Socket, { isCounted }: { isCounted: boolean }): void => {
    const address = addresses.ofConnection(socket);
    if (isCounted && !clients.admit(socket, address)) socket.destroy();
    else handshakes.add(clientAddress(address), socket);
  };
  const afterProxyHeader = async (socket: Socket): Promise<void> => {
    socket.on('error', ignore);
    const source = await takeProxyHeader(socket, limits.headersTimeoutMs);
    socket.off('error', ignore);
    if (source === undefined) return;
    if (source !== null) addresses.note(socket, source);
    // Without a source it is a health check by the load balancer itself.
    admit(socket, { isCounted: source !== null });
  };
  const onError = (error: Error): void => options.logger.error({ error }, 'the listener failed');
  // As the servers of node:http and node:tls set it for their own connections.
  const acceptors = new Acceptors({ onConnection, onError }, { allowHalfOpen: options.tls === undefined });

  /** @param carrier the HTTP/2 session, or the HTTP/1.1 connection. */
  const connectionOf = (carrier: object): Connection => {
    const known = connections.get(carrier);
    if (known !== undefined) return known;
    const connection = { exchanges: 0, isClosing: false };
    connections.set(carrier, connection);
    return connection;
  };

  const nameClient = (request: IncomingMessage, socket: Socket = request.socket): void =>
    attachRemoteAddress(request, addresses.ofRequest(request, socket));

  const begin = (exchange: Exchange): void => {
    const { response, connection, owner } = exchange;
    connection.exchanges++;
    attachExchange(exchange);
    deadlines.watch(exchange);
    response.once('close', () => {
      connection.exchanges--;
      exchange.known();
      // A finished request can no longer be authenticated.
      exchange.isAuthenticated = true;
      deadlines.forget(exchange);
      options.metrics.answered(owner ?? 'none', response.statusCode);
    });
    // No request may follow one with `Connection: close` (RFC 9112, 9.6).
    if (!isHttp2Response(response) && !response.shouldKeepAlive) connection.isClosing = true;
    closeUnlessRead(exchange);
  };

  const onRequest: RequestHandler = (request, response) => {
    const isHttp2 = isHttp2Response(response);
    // The socket of an HTTP/2 stream is only accessible through its session.
    const session = isHttp2 ? response.stream?.session : undefined;
    const connection = connectionOf(session ?? request.socket);
    // Ignore anything after a request that ends its connection.
    if (connection.isClosing) return;
    if (!isHttp2 && connection.exchanges >= limits.pipelinedRequests) {
      request.socket.destroy();
      return;
    }
    const target = request.url ?? '';
    const owner = ownerOfRequest(request);
    nameClient(request, session?.socket);
    const address = countedAddressOf(request);
    const { mayAsk, known } = clients.ask(address);
    const exchange = newExchange({ request, response, owner, connection, address, known });
    begin(exchange);
    for (const [name, value] of headers) response.setHeader(name, value);
    if (closing && !isHttp2) response.setHeader('connection', 'close');
    const refusal = mayAsk ? (refuseAmbiguous(request) ?? refuseTarget(target, owner)) : tooMany;
    if (refusal === undefined && owner !== null) {
      dispatch(options.handlers, owner, { request, response });
      return;
    }
    const { status, sentence } = refusal ?? noPath;
    closeAfter(exchange);
    if (status === 429) response.setHeader('retry-after', '1');
    respondPlain(response, status, sentence);
  };

  const onUpgrade: UpgradeHandler = (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const connection = connections.get(socket);
    if (connection?.isClosing || (connection?.exchanges ?? 0) > 0) {
      // Earlier responses are still being sent, and nothing may be written between them.
      socket.destroy();
      return;
    }
    // From here on each direction ends separately (a port-forward may half-close).
    (socket as Socket).allowHalfOpen = true;
    nameClient(request);
    const refusal = refuseAmbiguous(request);
    if (refusal !== undefined) refuseSocket(socket, refusal.status, { body: `${refusal.sentence}\n` });
    else dispatchUpgrade(options.handlers, { request, socket, head });
  };

  /** Handles CONNECT. For HTTP/1.1 Node passes the bare connection, for HTTP/2 a response. */
  const onConnect = (request: IncomingMessage, answer: Duplex | ServerResponse): void => {
    if (answer instanceof Http2ServerResponse) respondPlain(answer as never, 405, 'This server is not a proxy.');
    else refuseSocket(answer as Duplex, refuseAmbiguous(request)?.status ?? 405);
  };

  const onClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    // Earlier responses are still being sent, and nothing may be written between them.
    if ((connections.get(socket)?.exchanges ?? 0) > 0) socket.destroy();
    else refuseSocket(socket, clientErrorStatus(error.code));
  };

  server.on('request', onRequest as never);
  server.on('upgrade', onUpgrade as never);
  server.on('connect', onConnect as never);
  server.on('clientError', onClientError as never);

  return {
    listen: async (port, host) => {
      const address = await acceptors.listen(port, host);
      // The acceptors listen on its behalf. This event starts its check for request heads that never end.
      server.emit('listening');
      deadlines.start();
      return address;
    },
    close: async (graceMs) => {
      closing = true;
      const closed = acceptors.close();
      // Closes idle HTTP/1.1 connections.
      server.close();
      sessions?.close();
      const deadline = setTimeout(() => {
        sessions?.destroy();
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      deadlines.stop();
      clearTimeout(deadline);
    },
  };
}

const ignore = (): void => {};

function clientErrorStatus(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (code === 'HPE_INVALID_VERSION') return 505;
  return 400;
}
