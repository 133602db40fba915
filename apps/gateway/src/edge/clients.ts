import type { Socket } from 'node:net';
import type { Limits } from '../limits/limits.ts';
import { Places } from '../limits/places.ts';
import { clientAddress } from './client-address.ts';

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
  /** Unauthenticated requests in progress. */
  readonly #anonymous = new Places();

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
    socket.once('close', leave);
    return true;
  }

  /**
   * Counts a request that is not yet authenticated, whether or not it is allowed.
   * @returns whether it is allowed: an address may have as many of them as connections. `known` ends the count; calling it
   * again has no effect.
   */
  ask(address: string): { mayAsk: boolean; known(): void } {
    const mayAsk = this.#anonymous.taken(address) < this.#limits.settings.connectionsPerAddress;
    if (!mayAsk) this.#limits.emit('refused', 'connectionsPerAddress');
    return { mayAsk, known: this.#anonymous.enter(address, Number.POSITIVE_INFINITY) as () => void };
  }
}
