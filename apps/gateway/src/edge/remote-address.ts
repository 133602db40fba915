import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { clientAddress } from './client-address.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>;

/** The clients of connections, as named by load balancers before TLS. */
export class RemoteAddresses {
  readonly #proxies: TrustedProxies;
  /** Keyed by both endpoints, because TLS wraps a connection in another object, which has the same endpoints. */
  readonly #sources = new Map<string, string>();

  constructor(proxies: TrustedProxies) {
    this.#proxies = proxies;
  }

  /** Keeps the source named in a connection's PROXY header while the connection is open. */
  note(socket: Socket, source: string): void {
    const key = keyOf(socket);
    this.#sources.set(key, source);
    socket.once('close', () => this.#sources.delete(key));
  }

  /** Undefined if the connection has already closed. */
  ofConnection(socket: Ends): string | undefined {
    // Without the PROXY protocol there is nothing to look up.
    return (this.#sources.size > 0 ? this.#sources.get(keyOf(socket)) : undefined) ?? socket.remoteAddress;
  }

  /** @param socket for an HTTP/2 request, the socket of its session. */
  ofRequest(request: IncomingMessage, socket: Ends): string {
    return this.#proxies.clientOf(request.headers['x-forwarded-for'], this.ofConnection(socket) ?? '');
  }
}

function keyOf({ remoteAddress = '', remotePort = 0, localPort = 0 }: Ends): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}

const addressKey = Symbol('remote address');
type Carrier = IncomingMessage & { [addressKey]?: string };

/** Attaches the client's address to a request, so that limits, records and logs use the same one. */
export function attachRemoteAddress(request: IncomingMessage, address: string): void {
  (request as Carrier)[addressKey] = address;
}

/** The network address of the client that sent a request; empty if its connection has already closed. */
export function remoteAddressOf(request: IncomingMessage): string {
  return (request as Carrier)[addressKey] ?? request.socket.remoteAddress ?? '';
}

/** The address under which limits count a request: one for a whole IPv6 /64. */
export function countedAddressOf(request: IncomingMessage): string {
  return clientAddress(remoteAddressOf(request));
}
