import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server as Engine } from 'engine.io';
import { Server } from 'socket.io';
import { refuseSocket } from '../edge/plain-response.ts';
import type { Principal } from '../identity/principal.ts';
import { pushClusterChanges, serveClusters } from './cluster-events.ts';
import type { LiveOptions, LiveServer, LiveSocket } from './live-socket.ts';
import { serveTerminals } from './terminal-events.ts';

/** What one message may measure: 64 KiB of input and its envelope. */
const maxMessageBytes = 100 * 1024;

/** `/socket.io/`: terminals and live status for browsers, over WebSockets only. */
export class LiveEndpoint {
  readonly #options: LiveOptions;
  readonly #engine: Engine;
  readonly #io: LiveServer;
  readonly #principals = new WeakMap<IncomingMessage, Principal>();
  readonly #stopPushing: () => void;

  constructor(options: LiveOptions) {
    this.#options = options;
    const limits = {
      transports: ['websocket' as const],
      allowUpgrades: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: maxMessageBytes,
      pingInterval: 15_000,
      pingTimeout: 15_000,
    };
    this.#engine = new Engine(limits);
    this.#io = new Server({ ...limits, serveClient: false, connectTimeout: 10_000 });
    this.#io.bind(this.#engine);
    this.#io.on('connection', (socket) => this.#connected(socket));
    this.#stopPushing = pushClusterChanges(this.#io, options);
  }

  /** Who it is, and that the page is ours, is known before the connection becomes a WebSocket. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#admit(request).then(
      (status) => {
        if (status !== undefined) refuseSocket(socket, status);
        else if (!socket.destroyed) this.#engine.handleUpgrade(request as never, socket, head);
      },
      (error: unknown) => {
        this.#options.logger.error({ error }, 'cannot check who opens a live connection');
        refuseSocket(socket, 503);
      },
    );
  };

  close(): void {
    this.#stopPushing();
    this.#io.disconnectSockets(true);
    this.#engine.close();
  }

  async #admit(request: IncomingMessage): Promise<number | undefined> {
    const { authenticator, publicOrigin } = this.#options;
    if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') return 400;
    if (request.headers.origin !== publicOrigin) return 403;
    const principal = await authenticator.authenticate(request.headers);
    if (principal === null) return 401;
    this.#principals.set(request, principal);
    return undefined;
  }

  #connected(socket: LiveSocket): void {
    const principal = this.#principals.get(socket.request);
    if (principal === undefined) {
      socket.disconnect(true);
      return;
    }
    socket.data = {
      principal,
      address: socket.request.socket.remoteAddress ?? '',
      userAgent: socket.request.headers['user-agent'] ?? '',
    };
    const unwatch = this.#options.revalidation.watch(principal, () => {
      socket.emit('session:ended', { message: 'Your session has ended. Sign in again.' });
      socket.disconnect(true);
    });
    socket.once('disconnect', unwatch);
    serveClusters(socket, this.#options);
    serveTerminals(socket, this.#options);
  }
}
