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
  /** PEM. Undefined behind a load balancer that ends TLS: the edge then speaks plain HTTP/1.1. */
  tls: { cert: string; key: string } | undefined;
  publicOrigin: string;
  handlers: EdgeHandlers;
  /** Whose word about where requests come from is believed; nobody's when undefined. */
  proxies?: ProxySettings | undefined;
  /** Of the process; its connections per network address are counted here. */
  limits: Limits;
  /** What differs from `edgeLimits`. */
  edgeLimits?: Partial<EdgeLimits>;
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
    // Over TLS the handshake reads for itself.
    if (options.tls === undefined) socket.resume();
  });
  const onConnection = (socket: Socket): void => {
    // Before TLS, so that a connection too many costs no handshake.
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
    // Many clients share the connections of a load balancer; requests are counted by the address that it names.
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
    // A health check is the load balancer's own.
    admit(socket, { isCounted: source !== null });
  };
  const onError = (error: Error): void => options.logger.error({ error }, 'the listener failed');
  // As the servers of node:http and node:tls have it for their own connections.
  const acceptors = new Acceptors({ onConnection, onError }, { allowHalfOpen: options.tls === undefined });

  /** @param carrier the HTTP/2 session, or the connection of HTTP/1.1. */
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
      // Nobody can be authenticated for what is over.
      exchange.isAuthenticated = true;
      deadlines.forget(exchange);
      options.metrics.answered(owner ?? 'none', response.statusCode);
    });
    // Nothing may follow a request that says itself that it is the last (RFC 9112, 9.6).
    if (!isHttp2Response(response) && !response.shouldKeepAlive) connection.isClosing = true;
    closeUnlessRead(exchange);
  };

  const onRequest: RequestHandler = (request, response) => {
    const isHttp2 = isHttp2Response(response);
    // Node hides the socket of an HTTP/2 stream behind its session.
    const session = isHttp2 ? response.stream?.session : undefined;
    const connection = connectionOf(session ?? request.socket);
    // What follows a request that ends its connection is nobody's.
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
      // Earlier answers are still on their way: nothing may be written between them.
      socket.destroy();
      return;
    }
    // Both directions of a connection end by themselves from here on (a port-forward may half-close).
    (socket as Socket).allowHalfOpen = true;
    nameClient(request);
    const refusal = refuseAmbiguous(request);
    if (refusal !== undefined) refuseSocket(socket, refusal.status, { body: `${refusal.sentence}\n` });
    else dispatchUpgrade(options.handlers, { request, socket, head });
  };

  /** CONNECT. Over HTTP/1.1 Node gives the bare connection, over HTTP/2 a response. */
  const onConnect = (request: IncomingMessage, answer: Duplex | ServerResponse): void => {
    if (answer instanceof Http2ServerResponse) respondPlain(answer as never, 405, 'This server is not a proxy.');
    else refuseSocket(answer as Duplex, refuseAmbiguous(request)?.status ?? 405);
  };

  const onClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const answerable = error.code !== 'ECONNRESET' && (connections.get(socket)?.exchanges ?? 0) === 0;
    if (!answerable) socket.destroy();
    else refuseSocket(socket, clientErrorStatus(error.code));
  };

  server.on('request', onRequest as never);
  server.on('upgrade', onUpgrade as never);
  server.on('connect', onConnect as never);
  server.on('clientError', onClientError as never);

  return {
    listen: async (port, host) => {
      const address = await acceptors.listen(port, host);
      // It listens through the acceptors; told so, it looks for heads that do not come to an end.
      server.emit('listening');
      deadlines.start();
      return address;
    },
    close: async (graceMs) => {
      closing = true;
      const closed = acceptors.close();
      server.close();
      sessions?.close();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
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
