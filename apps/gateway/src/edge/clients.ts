import type { Socket } from 'node:net';
import type { Limits } from '../limits/limits.ts';
import { clientAddress } from './client-address.ts';

/** What one network address has open. */
export interface Client {
  readonly address: string;
  connections: number;
  /** Unauthenticated requests in progress. */
  anonymous: number;
}

/** One connection, of either version of HTTP. */
export interface Connection {
  /** Requests without a complete response. */
  exchanges: number;
  /** No further request is accepted. */
  isClosing: boolean;
}

/** Counts what each network address has open. An address with nothing open takes no memory. */
export class Clients {
  readonly #limits: Limits;
  readonly #clients = new Map<string, Client>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Counts a connection until it closes.
   * @returns false if its address has too many, or opens them too fast: a TLS handshake costs more than anything else that a
   * stranger can ask for.
   */
  admit(socket: Socket, remoteAddress: string | undefined): boolean {
    const address = clientAddress(remoteAddress);
    if (this.#limits.take('newConnectionsPerAddress', address) > 0) return false;
    const leave = this.#limits.enter('connectionsPerAddress', address);
    if (leave === undefined) return false;
    const client = this.#of(address);
    client.connections++;
    socket.once('close', () => {
      leave();
      client.connections--;
      this.#forget(client);
    });
    return true;
  }

  /**
   * Counts a request that is not yet authenticated, whether or not it is allowed.
   * @returns whether it is allowed: an address may have as many of them as connections. `known` ends the count; calling it
   * again has no effect.
   */
  ask(address: string): { mayAsk: boolean; known(): void } {
    const client = this.#of(address);
    const mayAsk = client.anonymous < this.#limits.settings.connectionsPerAddress;
    if (!mayAsk) this.#limits.emit('refused', 'connectionsPerAddress');
    client.anonymous++;
    let isCounted = true;
    return {
      mayAsk,
      known: () => {
        if (!isCounted) return;
        isCounted = false;
        client.anonymous--;
        this.#forget(client);
      },
    };
  }

  #of(address: string): Client {
    const client = this.#clients.get(address) ?? { address, connections: 0, anonymous: 0 };
    this.#clients.set(address, client);
    return client;
  }

  #forget(client: Client): void {
    if (client.connections === 0 && client.anonymous === 0) this.#clients.delete(client.address);
  }
}
