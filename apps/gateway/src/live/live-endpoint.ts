import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server as Engine, type Socket as EngineSocket } from 'engine.io';
import { Server } from 'socket.io';
import { logFailure } from '../database/log-failure.ts';
import { refuseSocket } from '../edge/plain-response.ts';
import { remoteAddressOf } from '../edge/remote-address.ts';
import type { Principal } from '../identity/principal.ts';
import { answerOf } from './answer.ts';
import { pushClusterChanges, serveClusters } from './cluster-events.ts';
import { ConnectionGuard, GuardedWebSocketServer } from './connection-guard.ts';
import { limitEvents } from './event-limits.ts';
import { Flood } from './flood.ts';
import { opensNewConnection } from './handshake.ts';
import type { LiveOptions, LiveServer, LiveSocket } from './live-socket.ts';
import { serveTerminals } from './terminal-events.ts';
import { serveTerminalList } from './terminal-list.ts';
import { Unread } from './unread.ts';

/** Size limit of a message: 64 KiB of input and its envelope. */
const maxMessageBytes = 100 * 1024;
/** How many events opening a connection counts as. */
const costOfConnection = 10;

/** The person who opened a connection, and the function that ends its count. */
interface Admitted {
  principal: Principal;
  leave(): void;
}

/** `/socket.io/`: terminals and live status for browsers, over WebSockets only. */
export class LiveEndpoint {
  readonly #options: LiveOptions;
  readonly #engine: Engine;
  readonly #io: LiveServer;
  readonly #flood: Flood;
  readonly #unread = new Unread();
  readonly #principals = new WeakMap<IncomingMessage, Principal>();
  readonly #guards = new WeakMap<EngineSocket, ConnectionGuard>();
  readonly #stopPushing: () => void;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#flood = new Flood(options.limits.settings.liveEventsPerUser);
    const limits = {
      transports: ['websocket' as const],
      allowUpgrades: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: maxMessageBytes,
      pingInterval: 15_000,
      pingTimeout: 15_000,
      wsEngine: GuardedWebSocketServer,
    };
    this.#engine = new Engine(limits);
    this.#engine.on('connection', (connection: EngineSocket) => this.#guard(connection));
    this.#io = new Server({ ...limits, serveClient: false, connectTimeout: 10_000 });
    this.#io.bind(this.#engine);
    this.#io.on('connection', (socket) => this.#connected(socket));
    this.#stopPushing = pushClusterChanges(this.#io, options);
  }

  /** Checks the credential and the origin before the connection becomes a WebSocket. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#open(request, { socket, head }).catch((error: unknown) => {
      logFailure(this.#options.logger, error, 'cannot open a live connection');
      refuseSocket(socket, 503);
    });
  };

  close(): void {
    this.#stopPushing();
    this.#io.disconnectSockets(true);
    this.#engine.close();
  }

  async #open(request: IncomingMessage, { socket, head }: { socket: Duplex; head: Buffer }): Promise<void> {
    const admitted = await this.#admit(request);
    if (typeof admitted === 'number') {
      refuseSocket(socket, admitted);
      return;
    }
    if (socket.destroyed) {
      admitted.leave();
      return;
    }
    socket.once('close', admitted.leave);
    this.#principals.set(request, admitted.principal);
    this.#engine.handleUpgrade(request as never, socket, head);
  }

  /** @returns the HTTP status if the connection is refused. */
  async #admit(request: IncomingMessage): Promise<Admitted | number> {
    const { authenticator, limits, publicOrigin } = this.#options;
    if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') return 400;
    if (request.headers.origin !== publicOrigin) return 403;
    if (!opensNewConnection(request.url ?? '')) return 400;
    const principal = await authenticator.authenticate(request.headers);
    if (principal === null) return 401;
    const { userId } = principal;
    if (this.#flood.bars(userId) || limits.take('liveEventsPerUser', userId, costOfConnection) > 0) return 429;
    const leave = limits.enter('liveConnectionsPerUser', userId);
    return leave === undefined ? 429 : { principal, leave };
  }

  /** Called for every connection as soon as it exists. */
  #guard(connection: EngineSocket): void {
    const principal = this.#principals.get(connection.request);
    if (principal === undefined) {
      connection.close(true);
      return;
    }
    const { logger } = this.#options;
    const { userId } = principal;
    const guard = new ConnectionGuard(connection, { userId, flood: this.#flood, unread: this.#unread, logger });
    this.#guards.set(connection, guard);
  }

  #connected(socket: LiveSocket): void {
    const principal = this.#principals.get(socket.request);
    const guard = this.#guards.get(socket.conn);
    if (principal === undefined || guard === undefined) {
      socket.disconnect(true);
      return;
    }
    socket.data = {
      principal,
      address: remoteAddressOf(socket.request),
      userAgent: socket.request.headers['user-agent'] ?? '',
      guard,
      acksOwed: 0,
    };
    const unwatch = this.#options.revalidation.watch({ principal }, () => {
      socket.emit('session:ended', { message: 'Your session has ended. Sign in again.' });
      socket.disconnect();
    });
    socket.once('disconnect', () => {
      unwatch();
      // socket.io would let it join again, under credentials that are no longer checked.
      guard.end();
    });
    limitEvents(socket, this.#options.limits);
    // Measures the round trip, so its argument is ignored.
    socket.on('live:ping', (acknowledgement: unknown) => answerOf<undefined>(acknowledgement)(undefined));
    serveClusters(socket, this.#options);
    serveTerminals(socket, this.#options);
    serveTerminalList(socket, this.#options);
  }
}
