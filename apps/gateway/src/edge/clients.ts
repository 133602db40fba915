import type { Socket } from 'node:net';
import type { Limits } from '../limits/limits.ts';
import { clientAddress } from './client-address.ts';

/** What one network address has open. */
export interface Client {
  readonly address: string;
  connections: number;
  /** Requests in progress that nobody has been authenticated for. */
  anonymous: number;
}

/** One connection, of either version of HTTP. */
export interface Connection {
  readonly client: Client;
  /** Requests that are not answered yet. */
  exchanges: number;
  /** No further request is taken. */
  isClosing: boolean;
}

/** Counts what each network address has open. An address without a connection takes no memory. */
export class Clients {
  readonly #limits: Limits;
  readonly #clients = new Map<string, Client>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Counts a connection until it closes.
   * @returns undefined when its address has as many as it may, or opens them faster than it may: shaking hands over TLS costs
   * more than anything else that a stranger can ask for.
   */
  admit(socket: Socket): Client | undefined {
    const address = clientAddress(socket.remoteAddress);
    if (this.#limits.take('newConnectionsPerAddress', address) > 0) return undefined;
    const leave = this.#limits.enter('connectionsPerAddress', address);
    if (leave === undefined) return undefined;
    const client = this.#clients.get(address) ?? { address, connections: 0, anonymous: 0 };
    this.#clients.set(address, client);
    client.connections++;
    socket.once('close', () => {
      leave();
      client.connections--;
      if (client.connections === 0) this.#clients.delete(address);
    });
    return client;
  }

  /** The client of a connection that was admitted. */
  of(remoteAddress: string | undefined): Client {
    const address = clientAddress(remoteAddress);
    return this.#clients.get(address) ?? { address, connections: 0, anonymous: 0 };
  }

  /** Whether an address may begin one more request before anybody is authenticated: as many as it may have connections. */
  mayAsk(client: Client): boolean {
    if (client.anonymous < this.#limits.settings.connectionsPerAddress) return true;
    this.#limits.emit('refused', 'connectionsPerAddress');
    return false;
  }
}
