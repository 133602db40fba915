import { EventEmitter } from 'node:events';
import type { LiveServer, LiveSocket } from '../live/live-socket.ts';

type Values = unknown[];
type Middleware = (packet: Values, next: () => void) => void;

/** socket.io's server, of which only the rooms matter here. */
export class FakeLiveServer {
  readonly sockets = { adapter: { rooms: new Map<string, Set<FakeLiveSocket>>() } };

  to(room: string): { emit(...event: Values): void } {
    return {
      emit: (...event) => {
        for (const socket of this.sockets.adapter.rooms.get(room) ?? []) socket.emit(...event);
      },
    };
  }

  get asLive(): LiveServer {
    return this as unknown as LiveServer;
  }
}

/** A live connection in memory. */
export class FakeLiveSocket {
  /** The events sent to the browser. */
  readonly sent: Values[] = [];
  connected = true;
  /** Bytes that the browser has not read. */
  unread = 0;
  readonly data;
  readonly #rooms: Map<string, Set<FakeLiveSocket>>;
  readonly #events = new EventEmitter();
  #middleware: Middleware = (_, next) => next();

  constructor(server = new FakeLiveServer(), userId = 'ada', organizationId = 'acme-id') {
    this.#rooms = server.sockets.adapter.rooms;
    this.data = {
      principal: {
        userId,
        username: `${userId}@example.com`,
        credential: {
          kind: 'browser',
          id: `session-${userId}`,
          clusterId: null as string | null,
          scopes: null as string[] | null,
        },
        memberships: [{ organizationId, slug: organizationId.replace('-id', ''), role: 'owner' }],
      },
      address: '192.0.2.1',
      userAgent: 'a browser',
      guard: {
        unread: () => this.unread,
        onTaken: (listener: () => void) => void this.#events.on('taken', listener),
      },
      acksOwed: 0,
    };
  }

  get asLive(): LiveSocket {
    return this as unknown as LiveSocket;
  }

  /** Receives an event from the browser. */
  receive(event: string, ...values: Values): void {
    this.#middleware([event, ...values], () => this.#events.emit(event, ...values));
  }

  /** Receives an event with an acknowledgement. @returns the answer. */
  ask(event: string, ...values: Values): Promise<unknown> {
    return new Promise((resolve) => this.receive(event, ...values, resolve));
  }

  /** The connection has accepted everything passed to it. */
  taken(): void {
    this.#events.emit('taken');
  }

  disconnected(): void {
    this.connected = false;
    this.#events.emit('disconnect');
  }

  emit(...event: Values): void {
    this.sent.push(event);
  }

  on(event: string, listener: (...values: Values) => void): void {
    this.#events.on(event, listener);
  }

  once(event: string, listener: (...values: Values) => void): void {
    this.#events.once(event, listener);
  }

  use(middleware: Middleware): void {
    this.#middleware = middleware;
  }

  async join(room: string): Promise<void> {
    this.#rooms.set(room, (this.#rooms.get(room) ?? new Set()).add(this));
  }

  async leave(room: string): Promise<void> {
    const members = this.#rooms.get(room);
    members?.delete(this);
    if (members?.size === 0) this.#rooms.delete(room);
  }
}
