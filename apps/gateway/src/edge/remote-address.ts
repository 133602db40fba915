import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { clientAddress } from './client-address.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>;

/** Who is at the other end of connections, as load balancers said before TLS. */
export class RemoteAddresses {
  readonly #proxies: TrustedProxies;
  /** By both ends: TLS wraps a connection into another object, which has the same. */
  readonly #sources = new Map<string, string>();

  constructor(proxies: TrustedProxies) {
    this.#proxies = proxies;
  }

  /** Notes what the header before a connection said, as long as the connection is open. */
  note(socket: Socket, source: string): void {
    const key = keyOf(socket);
    this.#sources.set(key, source);
    socket.once('close', () => this.#sources.delete(key));
  }

  /** Undefined when the connection has already gone. */
  ofConnection(socket: Ends): string | undefined {
    // Without the protocol there is nothing to look up.
    return (this.#sources.size > 0 ? this.#sources.get(keyOf(socket)) : undefined) ?? socket.remoteAddress;
  }

  /** @param socket of an HTTP/2 request that of its session. */
  ofRequest(request: IncomingMessage, socket: Ends): string {
    return this.#proxies.clientOf(request.headers['x-forwarded-for'], this.ofConnection(socket) ?? '');
  }
}

function keyOf({ remoteAddress = '', remotePort = 0, localPort = 0 }: Ends): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}

const addressKey = Symbol('remote address');
type Carrier = IncomingMessage & { [addressKey]?: string };

/** Ties the client's address to a request, so that limits, records and logs agree on it. */
export function attachRemoteAddress(request: IncomingMessage, address: string): void {
  (request as Carrier)[addressKey] = address;
}

/** The network address of the client that sent a request; empty when its connection has already gone. */
export function remoteAddressOf(request: IncomingMessage): string {
  return (request as Carrier)[addressKey] ?? request.socket.remoteAddress ?? '';
}

/** The same as limits count it: all of an IPv6 /64 together. */
export function countedAddressOf(request: IncomingMessage): string {
  return clientAddress(remoteAddressOf(request));
}
